import { markSite } from '../event/diagnostic.ts'
import type { AnyOrderOp, Op, OptionalOp } from './form.ts'
import type { Part, Sequence } from './part.ts'

const newline: Op = { op: 'newline' }
const only = (part: Part): Op | undefined => (part.ops.length === 1 ? part.ops[0] : undefined)
const mayLack = (op: Op | undefined): op is OptionalOp | AnyOrderOp => op?.op === 'optional' || op?.op === 'any_order'

/** The part's lines, each with the line end that parts it from its neighbours. */
const lined = (part: Part, end: (ops: readonly Op[]) => readonly Op[]): readonly Op[] => {
  const op = only(part)
  if (op?.op === 'optional') return [{ ...op, ops: end(op.ops) }]
  if (op?.op === 'any_order') return [{ ...op, parts: op.parts.map((one) => ({ ...one, ops: end(one.ops) })) }]
  return end(part.ops)
}

/** Lines one after another: a record of several lines. `optional(line`…`)` is a line some records lack. */
export const record = <const C extends readonly Part[]>(...lines: C): Sequence<C> => {
  const sure = lines.findIndex((part) => !mayLack(only(part)))
  const ops = lines.flatMap((part, i) =>
    i === sure ? part.ops : lined(part, i < sure ? (inner) => [...inner, newline] : (inner) => [newline, ...inner]),
  )
  const problems = lines.flatMap((part) => part.problems)
  const part: Part = {
    ops,
    fields: lines.flatMap(({ fields }) => fields),
    problems:
      sure >= 0
        ? problems
        : [
            ...problems,
            {
              site: markSite(record),
              text: 'Every line of the record is optional',
              mend: 'Leave optional() off one line',
            },
          ],
  }
  return part as Sequence<C>
}

/** Lines (or pieces) in any order, each once; those in `optional` may be missing. */
export const anyOrder = <const C extends readonly Part[]>(...parts: C): Sequence<C> => {
  const part: Part = {
    ops: [
      {
        op: 'any_order',
        parts: parts.map((one) => {
          const op = only(one)
          return op?.op === 'optional' ? { ops: op.ops, needed: false } : { ops: one.ops, needed: true }
        }),
      },
    ],
    fields: parts.flatMap(({ fields }) => fields),
    problems: parts.flatMap(({ problems }) => problems),
  }
  return part as Sequence<C>
}
