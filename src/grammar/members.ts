import { markSite, type SiteMark } from '../event/diagnostic.ts'
import {
  type FieldName,
  type FieldTable,
  type FieldType,
  fieldOf,
  fields,
  isVendorName,
  type NameOf,
  type VendorName,
} from '../event/field.ts'
import { provenanceFields } from '../event/provenance.ts'
import { type DurationUnit, durationValue, nameProblems } from './capture.ts'
import type { JsonOp, Value } from './form.ts'
import { layoutProblem } from './layout.ts'
import type { Fits, HeldAs, OptionalOf, Part, PartProblem, RequiredOf } from './part.ts'
import type { TimeLayout } from './time.ts'

/** Where a field's value stands among a record's members, and how it is read. */
export interface Key<T extends FieldType = FieldType, R extends boolean = boolean> {
  readonly keys: readonly string[]
  readonly type: T
  readonly value: Value
  readonly required: R
  readonly there?: true
  readonly octets?: true
  readonly problems: readonly PartProblem[]
}
export interface KeyOptions<R extends boolean> {
  /** A record without it (or with a value of another type) is a failure: `missing_member`. */
  readonly required?: R
  /** One of the keys has to be there, if only with an empty value: what else has the same members, but not this one, is no record. */
  readonly there?: true
  /** Dates: how they are written, the first that fits. Default `iso`, else by size seconds, ms, µs or ns since 1970. */
  readonly layouts?: readonly TimeLayout[]
  /**
   * `long`: the member counts this unit, the field holds nanoseconds. `written`: a text that names its units itself, as Go's
   * durations do: `1m30.5s`.
   */
  readonly unit?: DurationUnit | 'written'
  /** Text that is no printable UTF-8 is written as an array of its bytes, as journalctl does. */
  readonly octets?: true
  /** `keyword`: the value is one of these. */
  readonly words?: readonly string[]
}

const valueFor = (type: FieldType, { layouts, unit, words }: KeyOptions<boolean>): Value => {
  switch (type) {
    case 'keyword':
      return words === undefined ? { as: 'text' } : { as: 'words', words }
    case 'text':
    case 'flattened':
      return { as: 'text' }
    case 'long':
      return unit === undefined ? { as: 'long' } : unit === 'written' ? { as: 'elapsed' } : durationValue(unit)
    case 'double':
      return { as: 'double' }
    case 'boolean':
      return { as: 'boolean', true: 'true', false: 'false' }
    case 'date':
      return { as: 'time', layouts: layouts ?? ['iso', 'epoch'] }
    case 'ip':
      return { as: 'ip' }
  }
}

/**
 * A member by its path (`req.method`, nested or dotted), or the first there is of several: `key(['time', 'ts'], 'date')`.
 * Numbers and booleans written as strings fit their types; a text takes numbers and booleans as written.
 */
export const key = <const T extends Exclude<FieldType, 'flattened'>, const R extends boolean = false>(
  keys: string | readonly string[],
  type: T,
  options: KeyOptions<R> = {},
): Key<T, R> => {
  const site = markSite(key)
  const all = typeof keys === 'string' ? [keys] : keys
  const problems: PartProblem[] = (options.layouts ?? []).flatMap((layout) => {
    const problem = layoutProblem(layout)
    return problem === undefined ? [] : [{ site, ...problem }]
  })
  if (all.length === 0 || all.includes(''))
    problems.push({ site, text: 'A key has no name', mend: "Name the member, as 'level' or 'req.method'" })
  if (options.words !== undefined && (type !== 'keyword' || options.words.length === 0 || options.words.includes('')))
    problems.push({
      site,
      text: "The words of a key are none, or no keyword's",
      mend: "List each word a 'keyword' may be",
    })
  if (options.unit !== undefined && type !== 'long')
    problems.push({ site, text: `A ${type} has no unit`, mend: "Give unit with type 'long' only" })
  return {
    keys: all,
    type,
    value: valueFor(type, options),
    required: (options.required ?? false) as R,
    ...(options.there === undefined ? {} : { there: options.there }),
    ...(options.octets === undefined ? {} : { octets: options.octets }),
    problems,
  }
}

type OwnOrVendors =
  | VendorName
  | Exclude<(typeof provenanceFields)[number], '@timestamp'>
  | NameOf<'flattened'>
  | 'stream'
const provenance: ReadonlySet<string> = new Set([
  ...provenanceFields.filter((name) => name !== '@timestamp'),
  // Of the envelope, never of what it holds.
  'stream',
])

/**
 * Every field of the table that is ECS's, under its own name, dotted or nested: what ECS loggers write. Not those that
 * every record gets anyway from where it was read; what a document says of them is undeclared.
 */
export const everyField = (): {
  readonly [N in Exclude<FieldName, OwnOrVendors>]: Key<FieldTable[N]['type'], false>
} =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name, field]) => field.type !== 'flattened' && !isVendorName(name) && !provenance.has(name))
      .map(([name, field]) => [name, key(name, field.type as 'keyword')]),
  ) as never

export type Members = { readonly [N in string]: Key }
export type Checked<M> = { readonly [N in keyof M]: M[N] extends Key<infer T> ? Fits<N & string, T> : unknown }
export type RequiredMembers<M> = {
  readonly [N in keyof M as M[N] extends Key<FieldType, true> ? N : never]: M[N] extends Key<infer T>
    ? HeldAs<N & string, T>
    : never
}
export type OptionalMembers<M> = {
  readonly [N in keyof M as M[N] extends Key<FieldType, true> ? never : N]: M[N] extends Key<infer T>
    ? HeldAs<N & string, T>
    : never
}
type Union<T> = (T extends unknown ? (of: T) => void : never) extends (of: infer I) => void ? I : never
export type LineFields<L> = [keyof L] extends [never]
  ? object
  : Union<{ [K in keyof L]: RequiredOf<L[K]> & OptionalOf<L[K]> }[keyof L]>

/** Members of a record: what of it becomes which field. */
export interface MembersSpec<M, L> {
  /** Field → where it stands. */
  readonly members: M
  /** Members whose text (or number, as written) is read further: `{ request: line`${word('http.request.method')} …` }`. What does not fit stays undeclared. */
  readonly lines?: L
  /** What no field took: kept in the field `json` (the default), or dropped. */
  readonly undeclared?: 'json' | 'drop'
  /**
   * Members that hold a JSON object as text, `{"log":"{\\"level\\":…}"}`: what is in it is read, and named, as if the object stood
   * there (`log.level`), also where such a text holds another. A text that is no object stays what it is.
   */
  readonly nested?: readonly string[]
  /** By the text of a field: the fields a record with it has to have, else it is a failure (`missing_member`) that names them. */
  readonly needs?: {
    readonly field: keyof M & string
    readonly by: Readonly<Record<string, readonly (keyof M & string)[]>>
  }
}
/** The same, as operations have it. */
export interface MembersPart
  extends Pick<JsonOp, 'members' | 'lines' | 'undeclared' | 'needs' | 'nested'>,
    Pick<Part, 'fields' | 'problems'> {}

const needsProblems = (
  site: SiteMark,
  { field, by }: NonNullable<JsonOp['needs']>,
  members: Members,
): readonly PartProblem[] => {
  const isMissed = (name: string): boolean => members[name] !== undefined && fieldOf(name)?.list !== true
  const unknown = [field, ...Object.values(by).flat()].filter((name) => !isMissed(name))
  return unknown.map((name) => ({
    site,
    text: `'${name}' is needed, but is no member with one value`,
    mend: 'Name fields that `members` reads',
  }))
}

export const membersPart = (
  site: SiteMark,
  { members, lines = {}, undeclared = 'json', needs, nested }: MembersSpec<Members, Readonly<Record<string, Part>>>,
): MembersPart => {
  const entries = Object.entries(members)
  const inner = Object.entries(lines)
  const taken = new Map<string, string>()
  const twice: PartProblem[] = []
  for (const [name, { keys }] of [...entries, ...inner.map(([at]) => [at, { keys: [at] }] as const)]) {
    for (const one of keys) {
      if (taken.has(one))
        twice.push({
          site,
          text: `Member '${one}' is read twice, by '${taken.get(one)}' and '${name}'`,
          mend: 'Read it once; derive: copy() makes a second field',
        })
      taken.set(one, name)
    }
  }
  return {
    members: entries.map(([field, { keys, value, required, there, octets }]) => ({
      field,
      keys,
      value: fieldOf(field)?.list === true ? { as: 'list', separators: [], of: value } : value,
      required,
      ...(there === undefined ? {} : { there }),
      ...(octets === undefined ? {} : { octets }),
    })),
    lines: inner.map(([at, { ops }]) => ({ key: at, ops })),
    undeclared,
    ...(needs === undefined ? {} : { needs }),
    ...(nested === undefined ? {} : { nested }),
    fields: [
      ...entries.map(([name, { type }]) => ({
        name,
        type: type === 'keyword' && fieldOf(name)?.type === 'text' ? ('text' as const) : type,
        list: fieldOf(name)?.list === true,
      })),
      ...inner.flatMap(([, part]) => part.fields),
      ...(undeclared === 'json' ? [{ name: 'json', type: 'flattened' as const, list: false }] : []),
    ],
    problems: [
      ...entries.flatMap(([name, { problems, type }]) => [
        ...problems,
        ...nameProblems(site, name, fieldOf(name)?.type === 'text' ? 'text' : type, fieldOf(name)?.list === true),
      ]),
      ...inner.flatMap(([, part]) => part.problems),
      ...twice,
      ...(nested ?? [])
        .filter((path) => path === '' || taken.has(path))
        .map((path) => ({
          site,
          text: `'${path}' is nested, but has no name or is read as a value`,
          mend: 'Read members of it, or leave it out of nested',
        })),
      ...(needs === undefined ? [] : needsProblems(site, needs, members)),
    ],
  }
}
