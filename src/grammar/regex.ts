import { markSite } from '../event/diagnostic.ts'
import { exponentialProblem } from './exponential.ts'
import type { TakeOp } from './form.ts'
import type { Capture, OptionalOf, Part, PartProblem, RequiredOf, Show } from './part.ts'

type Union<T> = (T extends unknown ? (of: T) => void : never) extends (of: infer I) => void ? I : never
type AllOf<M> = Union<{ [K in keyof M]: RequiredOf<M[K]> & OptionalOf<M[K]> }[keyof M]>

const problemOf = (source: string, names: readonly string[]): Omit<PartProblem, 'site'> | undefined => {
  if (/[^\x00-\x7f]/.test(source))
    return { text: 'The expression holds characters beyond ASCII', mend: 'Match them by what they are not, as [^"]+' }
  try {
    new RegExp(source, 'd')
  } catch (error) {
    return { text: `The expression cannot be read: ${(error as Error).message}`, mend: 'Mend it' }
  }
  const slow = exponentialProblem(source, (atom) => new RegExp(`^(?:${atom})$`), true)
  if (slow !== undefined) return slow
  const missing = names.filter((name) => !source.includes(`(?<${name}>`))
  return missing.length === 0
    ? undefined
    : { text: `The expression has no group ${missing.join(', ')}`, mend: `Write (?<${missing[0]}>…)` }
}

/**
 * A regular expression over the text up to the next literal, for layouts nothing else can say: slower by far.
 * `regex('(?<user>\\w+)@(?<host>.+)', { user: word('user.name'), host: word('host.name') })`. It has to match the whole
 * text; a character is a byte. A group that took no part is an absent value. Its time is bounded: what
 * is found exponential is refused, and a record that takes the processor longer than a tenth of a second, and half a second more
 * for each MB of it, fails (`pattern_timeout`).
 */
export const regex = <const M extends Readonly<Record<string, Capture>>>(
  source: string,
  groups: M,
): Part<object, Show<AllOf<M>>> => {
  const all = Object.entries(groups)
  const site = markSite(regex)
  const problem = problemOf(source, Object.keys(groups))
  return {
    ops: [
      {
        op: 'regex',
        source,
        groups: all.map(([name, capture]) => ({ name, take: capture.ops[0] as TakeOp })),
        stops: [],
        orEnd: false,
      },
    ],
    fields: all.flatMap(([, capture]) => capture.fields),
    problems: [
      ...all.flatMap(([, capture]) => capture.problems),
      ...(problem === undefined ? [] : [{ site, ...problem }]),
    ],
  }
}
