import { markSite, type SiteMark } from '../event/diagnostic.ts'
import { text } from './capture.ts'
import type { Op, TakeOp } from './form.ts'
import { or } from './modify.ts'
import type {
  Capture,
  Choice,
  Fits,
  Maybe,
  Offered,
  OptionalOf,
  Part,
  PartProblem,
  RequiredOf,
  Sequence,
  Show,
  Yields,
} from './part.ts'

/** What `line` does, for layouts put together by a program: `literals` stand before, between and after `parts`. */
export const sequence = (
  literals: readonly string[],
  parts: readonly Part[],
  site: SiteMark = markSite(sequence),
): Part => {
  const ops: Op[] = []
  const problems: PartProblem[] = []
  literals.forEach((literal, i) => {
    if (literal.includes('\n')) {
      problems.push({ site, text: 'A line holds a line end', mend: 'Write several lines in record(line`…`, line`…`)' })
    }
    const last = ops.at(-1)
    if (literal !== '' && last?.op === 'literal') ops[ops.length - 1] = { op: 'literal', text: last.text + literal }
    else if (literal !== '') ops.push({ op: 'literal', text: literal })
    const part = parts[i]
    if (part !== undefined) {
      ops.push(...part.ops)
      problems.push(...part.problems)
    }
  })
  return { ops, fields: parts.flatMap((part) => part.fields), problems }
}

/** A line as it looks, with captures where its values are: line`${ip('source.ip')} said ${text('message')}`. */
export const line = <const C extends readonly Part[]>(literals: TemplateStringsArray, ...parts: C): Sequence<C> =>
  sequence(literals, parts, markSite(line)) as Sequence<C>

/** A piece that some records lack, in a line or as a whole line of a record. */
export const optional = <P extends Part>(part: P): Maybe<P> => ({
  ops: [{ op: 'optional', ops: part.ops }],
  fields: part.fields,
  problems: part.problems,
})

/** The first piece that fits; once one did, the others are not tried again. */
export const either = <const C extends readonly Part[]>(...branches: C): Choice<C> => ({
  ops: [{ op: 'either', branches: branches.map(({ ops }) => ops) }],
  fields: branches.flatMap(({ fields }) => fields),
  problems: branches.flatMap(({ problems }) => problems),
})

/**
 * A piece whose text, as written, is a field of its own beside what its captures take: a message that is read further,
 * the time in the log's own words. In place of the field's name a capture says how the text is read: a number, escapes.
 */
export function whole<const N extends Offered<'keyword' | 'text'>, P extends Part>(
  name: N & Fits<N, 'keyword' | 'text'>,
  part: P,
): Part<RequiredOf<P>, Show<OptionalOf<P> & Yields<N, 'keyword' | 'text'>>>
export function whole<R, O, P extends Part>(of: Capture<R, O>, part: P): Sequence<readonly [Capture<R, O>, P]>
export function whole(of: string | Capture, part: Part): Part {
  const capture = typeof of === 'string' ? or('', text(of as never)) : of
  return {
    ops: [{ op: 'whole', take: capture.ops[0] as TakeOp, ops: part.ops }],
    fields: [...capture.fields, ...part.fields],
    problems: [...capture.problems, ...part.problems],
  }
}

/** One or more blanks or tabs, however many. */
export const blanks = (): Part<object, object> => ({ ops: [{ op: 'blanks' }], fields: [], problems: [] })
