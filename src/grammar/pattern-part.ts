import type { SiteMark } from '../event/diagnostic.ts'
import { fieldOf } from '../event/field.ts'
import { bool, int, ip, number, text } from './capture.ts'
import type { ExtractOp, TakeOp } from './form.ts'
import type { Capture, OptionalOf, Part, PartProblem, RequiredOf, Show } from './part.ts'

/** Captures by the names that a pattern gives them. */
export type NamedCaptures = Readonly<Record<string, Capture>>
type Union<T> = (T extends unknown ? (of: T) => void : never) extends (of: infer I) => void ? I : never
type AllOf<M> = [keyof M] extends [never]
  ? object
  : Union<{ [K in keyof M]: RequiredOf<M[K]> & OptionalOf<M[K]> }[keyof M]>
/** What a pattern yields: whether a name captures is its own matter. */
export type PatternPart<M> = Part<object, Show<AllOf<M>>>

export interface PatternName {
  readonly name: string
  readonly as?: 'int' | 'float' | undefined
}

/** How a name is read that no capture was given for: as the field of that name. */
const ownCapture = ({ name, as }: PatternName): Capture | undefined => {
  const type = fieldOf(name)?.type ?? (as === 'int' ? 'long' : as === 'float' ? 'double' : 'keyword')
  if (type === 'keyword' || type === 'text') return text(name as never)
  if (type === 'long') return int(name as never)
  if (type === 'double') return number(name as never)
  if (type === 'ip') return ip(name as never)
  if (type === 'boolean') return bool(name as never, { true: 'true', false: 'false' })
  return undefined
}

/** The part of a pattern whose values have these names. `mistake`: why it cannot be used. */
export const patternPart = <M extends NamedCaptures>(
  site: SiteMark,
  op: Omit<ExtractOp, 'op' | 'captures'>,
  names: readonly PatternName[],
  given: M,
  mistake?: Omit<PartProblem, 'site'>,
): PatternPart<M> => {
  const problems: PartProblem[] = mistake === undefined ? [] : [{ site, ...mistake }]
  const captures: { readonly name: string; readonly capture: Capture }[] = []
  for (const one of new Map(names.map((each) => [each.name, each])).values()) {
    const own = Object.hasOwn(given, one.name) ? given[one.name] : undefined
    const capture = own ?? ownCapture(one)
    if (capture === undefined) {
      problems.push({
        site,
        text: `'${one.name}' is a ${fieldOf(one.name)!.type}, and the pattern does not say how it is written`,
        mend: `Say it, as fields: { '${one.name}': time('${one.name}', 'iso') }, or name another field`,
      })
      continue
    }
    captures.push({ name: one.name, capture })
    for (const problem of capture.problems)
      problems.push(
        own !== undefined
          ? problem
          : {
              site,
              text: problem.text,
              mend: `Say what it is: fields: { '${one.name}': text('app.${one.name.replace(/\W/g, '_').toLowerCase()}') }, or skip()`,
            },
      )
  }
  for (const name of Object.keys(given))
    if (mistake === undefined && !names.some((one) => one.name === name))
      problems.push({
        site,
        text: `The pattern captures nothing as '${name}'`,
        mend: `Take one of ${[...new Set(names.map((one) => one.name))].slice(0, 8).join(', ')}`,
      })
  return {
    ops: [
      {
        op: 'extract',
        ...op,
        captures: captures.map(({ name, capture }) => ({ name, take: capture.ops[0] as TakeOp })),
      },
    ],
    fields: captures.flatMap(({ capture }) => capture.fields),
    problems,
  }
}
