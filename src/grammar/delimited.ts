import { markSite } from '../event/diagnostic.ts'
import type { Derived, DerivedFields } from './derive.ts'
import { type Define, define, type Grammar } from './grammar.ts'
import {
  type Checked,
  type LineFields,
  type Members,
  type MembersSpec,
  membersPart,
  type OptionalMembers,
  type RequiredMembers,
} from './members.ts'
import type { EventOf, Part, PartProblem, Show } from './part.ts'
import { rows } from './row-framing.ts'

export interface DelimitedSpec<M, L, D>
  extends Omit<Define, 'parts' | 'derive' | 'site' | 'framing'>,
    Omit<MembersSpec<M, L>, 'needs' | 'nested'> {
  /**
   * What the columns are called, in order; or the header as it stands in the files: `'id,user,amount'`,
   * `'#Fields: date time c-ip'`. A line that is this header is no row; a comment that names other columns is a failure, so
   * that nothing is read by wrong names.
   */
  readonly columns: string | readonly string[]
  /** Between two values; default `,`. */
  readonly separator?: string
  /** What a value may stand in, doubled inside of it; default `"`; `false`: none. */
  readonly quote?: string | false
  /** What lines begin with that are no rows, as `#`. A header that begins so says it. */
  readonly comment?: string
  /** Marks of a missing value, as `-`; an empty one is missing anyway. */
  readonly absent?: readonly string[]
  /** Columns a row has at least; default all. */
  readonly atLeast?: number
  readonly derive?: D
  /** See `Framing`. */
  readonly maxBytes?: number
  readonly flushAfter?: number
}

/** The header as it was given, its names, and the beginning of a comment that holds such. */
const headerOf = (
  columns: string | readonly string[],
  separator: string,
  comment: string,
): { readonly names: readonly string[]; readonly header: string | undefined; readonly lead: string } => {
  if (typeof columns !== 'string') return { names: columns, header: undefined, lead: '' }
  const lead = comment !== '' && columns.startsWith(comment) ? (/^\S+\s+/.exec(columns)?.[0] ?? '') : ''
  const names = columns
    .slice(lead.length)
    .split(separator)
    .map((name) => name.trim())
  return { names, header: columns, lead }
}

/**
 * Delimited text, a row a record (RFC 4180: values in quotes may hold the separator, line ends and doubled quotes): CSV, TSV,
 * W3C's extended log files. Columns are read as members of `json` are; those that no field took go to the field `json`.
 */
export const delimited = <
  const M extends Members,
  const L extends Readonly<Record<string, Part>> = Record<never, never>,
  const D extends Readonly<Record<string, Derived>> = Record<never, never>,
>(
  spec: Omit<DelimitedSpec<M, L, D>, 'members'> & { readonly members: M & Checked<M> },
): Grammar<
  EventOf<
    RequiredMembers<M>,
    Show<OptionalMembers<M> & LineFields<L> & DerivedFields<D> & { readonly json: Readonly<Record<string, unknown>> }>
  >
> => {
  const { members, lines, undeclared, columns, separator = ',', quote = '"', absent = [], ...rest } = spec
  const { comment = typeof columns === 'string' && columns.startsWith('#') ? '#' : '', derive = {}, ...more } = rest
  const { maxBytes, flushAfter, atLeast, ...common } = more
  const site = markSite(delimited)
  const { names, header, lead } = headerOf(columns, separator, comment)
  const { fields, problems, ...of } = membersPart(site, {
    members,
    ...(lines === undefined ? {} : { lines }),
    ...(undeclared === undefined ? {} : { undeclared }),
  })
  const mark = quote === false ? '' : quote
  const own: PartProblem[] = []
  const bad = (text: string, mend: string): void => void own.push({ site, text, mend })
  if (names.length === 0 || names.includes(''))
    bad('The columns are none, or one has no name', "Name each, as columns: ['time', 'user'] or 'time,user'")
  for (const name of names.filter((one, i) => names.indexOf(one) < i))
    bad(`Two columns are called '${name}'`, 'Rename one')
  const unknown = [...of.members.flatMap(({ keys }) => keys), ...of.lines.map(({ key }) => key)].filter(
    (name) => !names.includes(name),
  )
  for (const name of unknown) bad(`There is no column '${name}'`, `Take one of ${names.join(', ')}`)
  if (separator === '' || separator.includes('\n') || (mark !== '' && separator.includes(mark)))
    bad(
      'The separator of columns is empty, a line end or a quote',
      "Give what stands between two values, as ',' or '\\t'",
    )
  if (mark !== '' && (mark.length !== 1 || mark > '~'))
    bad('The quote is no single ASCII character', 'Give one, or false for none')
  if (atLeast !== undefined && !(Number.isInteger(atLeast) && atLeast >= 1 && atLeast <= names.length))
    bad('A row cannot have so many columns at least', `Give a number from 1 to ${names.length}`)
  const quotedNames = names.map((name) => `${mark}${name.replaceAll(mark, mark + mark)}${mark}`).join(separator)
  const part: Part = {
    ops: [
      {
        op: 'delimited',
        columns: names,
        separator,
        quote: mark,
        absent,
        atLeast: atLeast ?? names.length,
        ...of,
      },
    ],
    fields,
    problems: [...problems, ...own],
  }
  const framing = rows({
    separator,
    quote: mark,
    comment,
    headers: [header ?? names.join(separator), ...(mark === '' || lead !== '' ? [] : [quotedNames])],
    names: lead,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(flushAfter === undefined ? {} : { flushAfter }),
  })
  return define({ ...common, site, framing, parts: [{ name: spec.name, part, derive }] })
}
