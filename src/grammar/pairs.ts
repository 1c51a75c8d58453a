import { markSite } from '../event/diagnostic.ts'
import type { TakeOp } from './form.ts'
import type { Capture, OptionalOf, Part, RequiredOf, Show } from './part.ts'

type Union<T> = (T extends unknown ? (of: T) => void : never) extends (of: infer I) => void ? I : never
type AllOf<M> = Union<{ [K in keyof M]: RequiredOf<M[K]> & OptionalOf<M[K]> }[keyof M]>

/**
 * `Name: value  Name: value` to the end of the line, in any order, with blanks between. Names that are not listed are
 * skipped with their value. A value reaches to the next name, so it may hold blanks.
 */
export const pairs = <const M extends Readonly<Record<string, Capture>>>(
  members: M,
  { separator = ': ' }: { readonly separator?: string } = {},
): Part<object, Show<AllOf<M>>> => {
  const all = Object.entries(members)
  const names = all
    .filter(([name]) => name === '' || /[\s:]/.test(name) || name.includes(separator))
    .map(([name]) => `'${name}'`)
  return {
    ops: [
      { op: 'pairs', separator, members: all.map(([name, capture]) => ({ name, take: capture.ops[0] as TakeOp })) },
    ],
    fields: all.flatMap(([, capture]) => capture.fields),
    problems: [
      ...all.flatMap(([, capture]) => capture.problems),
      ...(separator.trim() === ''
        ? [
            {
              site: markSite(pairs),
              text: 'The separator of pairs is blank',
              mend: "Give the text between a name and its value, as ': ' or '='",
            },
          ]
        : []),
      ...(names.length === 0
        ? []
        : [
            {
              site: markSite(pairs),
              text: `Names of pairs hold blanks or the separator: ${names.join(', ')}`,
              mend: 'Name them by the word right before the separator',
            },
          ]),
    ],
  }
}
