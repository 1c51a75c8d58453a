import { markSite } from '../event/diagnostic.ts'
import { nameProblems } from './capture.ts'
import {
  type Checked,
  type LineFields,
  type Members,
  type MembersSpec,
  membersPart,
  type OptionalMembers,
  type RequiredMembers,
} from './members.ts'
import type { Fits, Offered, Part, PartProblem, Show, Yields } from './part.ts'

export interface KeyValuesSpec<M, L, T> extends Omit<MembersSpec<M, L>, 'needs' | 'nested'> {
  /** Between a key and its value; default `=`. */
  readonly separator?: string
  /** Between two pairs, blanks around it or not; default: blanks alone. Plain values may hold blanks then. */
  readonly between?: string
  /** What a value may stand in; default `"`. Escapes in it are decoded. */
  readonly quotes?: readonly ('"' | "'" | '`')[]
  /** Plain values reach to the end of brackets they open: `{'a': 1, 'b': [2]}`. */
  readonly brackets?: boolean
  /** A key alone means `true`; default: it does not fit. */
  readonly bare?: boolean
  /** Where text before the first pair goes. */
  readonly text?: T
  /** Put before the names of undeclared keys. */
  readonly prefix?: string
}

/**
 * `key=value key="another value"` to the end of the line. Keys are read as members of `json` are: declared ones become
 * fields of their type, the first of several that is there and fits; the others go to the field `json`.
 */
export const keyValues = <
  const M extends Members,
  const L extends Readonly<Record<string, Part>> = Record<never, never>,
  const T extends Offered<'keyword' | 'text'> = never,
>(
  spec: Omit<KeyValuesSpec<M, L, T>, 'members' | 'text'> & {
    readonly members: M & Checked<M>
    readonly text?: T & Fits<T, 'keyword' | 'text'>
  },
): Part<
  Show<RequiredMembers<M>>,
  Show<
    OptionalMembers<M> &
      LineFields<L> & { readonly json: Readonly<Record<string, unknown>> } & Yields<T, 'keyword' | 'text'>
  >
> => {
  const site = markSite(keyValues)
  const { separator = '=', between = '', quotes = ['"'], brackets = false, bare = false, prefix = '', text } = spec
  const { fields, problems, ...of } = membersPart(site, spec as never)
  const own: PartProblem[] = []
  if (separator.trim() === '' || quotes.some((quote) => separator.includes(quote)))
    own.push({
      site,
      text: 'The separator of keys and values is blank, or a quote',
      mend: "Give what stands between them, as '='",
    })
  if (between !== '' && (between.trim() === '' || between === separator))
    own.push({
      site,
      text: 'What stands between two pairs is blank, or the separator',
      mend: "Give it, as ',', or leave it off where blanks divide pairs",
    })
  for (const { keys, field } of of.members)
    for (const key of keys)
      if (key.includes(separator) || (between === '' && /\s/.test(key)))
        own.push({
          site,
          text: `Key '${key}' of '${field}' holds a blank or the separator`,
          mend: 'Name it as it stands',
        })
  return {
    ops: [
      {
        op: 'key_values',
        separator,
        between: between.trim(),
        quotes,
        brackets,
        bare,
        ...(text === undefined ? {} : { text }),
        prefix,
        ...of,
      },
    ],
    fields: [...(text === undefined ? [] : [{ name: text as string, type: 'text' as const, list: false }]), ...fields],
    problems: [...(text === undefined ? [] : nameProblems(site, text, 'text', false)), ...problems, ...own],
  }
}
