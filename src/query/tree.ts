import { type Field, type FieldType, fieldOf } from '../event/field.ts'
import { existsLeaf, type FieldRef, type Refusal, rangeLeaf, textLeaf, valueLeaf } from './leaf.ts'
import { QueryError } from './query-error.ts'

/**
 * What is asked, typed and resolved against the field table: plain frozen data (JSON keeps it), without dates,
 * zones, wildcards of field names or anything a target would have to interpret. Column predicate, query DSL and SQL
 * are read off it and agree. On a field that is a list, every leaf by itself means "any element". A leaf about an
 * absent value does not match, so `not` of it does.
 */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | Leaf

export type Leaf = Exists | Equals | Wildcard | Range | Words

/** The field a leaf is about. `path`: the dotted member of a flattened field (`a.b` in `json.a.b`); '' = any member. */
interface About<T extends FieldType> {
  readonly field: string
  readonly type: T
  readonly list: boolean
}

/** Has a value. Keywords beyond 1024 UTF-16 units have none (Elasticsearch's `ignore_above`). */
export interface Exists extends About<FieldType> {
  readonly kind: 'exists'
  readonly path?: string
}
/** Equal, byte for byte. Members of flattened fields compare as strings: numbers as written, `true`, `false`. */
export type Equals =
  | ({ readonly kind: 'equals'; readonly value: string } & About<'keyword'>)
  | ({ readonly kind: 'equals'; readonly value: string; readonly path: string } & About<'flattened'>)
  | ({ readonly kind: 'equals'; readonly value: boolean } & About<'boolean'>)
/**
 * Text with any text between each two of `parts`: `a*b` is `['a', 'b']`. On text it fits one whole lower-cased
 * token; on members of a flattened field only a prefix (`['a', '']`) is possible.
 */
export type Wildcard = { readonly kind: 'wildcard'; readonly parts: readonly string[] } & (
  | About<'keyword'>
  | About<'text'>
  | (About<'flattened'> & { readonly path: string })
)
/** A long: a number, or its decimal digits where it lies beyond ±(2^53 − 1). */
export type Whole = number | string
/**
 * Between, ends included; an end that is missing is open. Keywords order by their UTF-8 bytes, dates are whole
 * milliseconds since 1970, addresses are 32 lower-case hex digits (IPv4 as v4-mapped). At least one end is there.
 */
export type Range = { readonly kind: 'range' } & (
  | (About<'keyword'> & Ends<string> & Exclusive)
  | (About<'long'> & Ends<Whole>)
  | (About<'double'> & Ends<number> & Exclusive)
  | (About<'date'> & Ends<number>)
  | (About<'ip'> & Ends<string>)
)
interface Ends<T> {
  readonly from?: T
  readonly to?: T
}
/** Ends that are themselves left out. */
interface Exclusive {
  readonly above?: true
  readonly below?: true
}
/** Tokens of `tokens.ts`: any of them, or all in a row. Never empty. */
export interface Words extends About<'text'> {
  readonly kind: 'words' | 'phrase'
  readonly tokens: readonly string[]
}

export const everything: Query = Object.freeze({ kind: 'all' })
export const nothing: Query = Object.freeze({ kind: 'none' })

const joined = (kind: 'and' | 'or', queries: readonly Query[]): Query => {
  const neutral = kind === 'and' ? 'all' : 'none'
  const absorbing = kind === 'and' ? 'none' : 'all'
  const of = queries.flatMap((query) => (query.kind === kind ? query.of : query.kind === neutral ? [] : [query]))
  if (of.some((query) => query.kind === absorbing)) return kind === 'and' ? nothing : everything
  if (of.length === 0) return kind === 'and' ? everything : nothing
  return of.length === 1 ? of[0]! : Object.freeze({ kind, of: Object.freeze(of) })
}

/** Every one matches; of none: everything. */
export const and = (...queries: readonly Query[]): Query => joined('and', queries)
/** At least one matches; of none: nothing. */
export const or = (...queries: readonly Query[]): Query => joined('or', queries)
export const not = (query: Query): Query => {
  if (query.kind === 'not') return query.of
  if (query.kind === 'all') return nothing
  return query.kind === 'none' ? everything : Object.freeze({ kind: 'not', of: query })
}

/** Row of a field table. The default is the project's own; a pipeline's schema adds vendor fields to it. */
export type FieldOf = (name: string) => Field | undefined

const refOf = (name: string, table: FieldOf): FieldRef => {
  const ref = resolveField(name, table)
  if (ref !== undefined) return ref
  throw new QueryError(name, [
    { at: 0, length: name.length, text: `There is no field ${name}`, mend: 'Name a field of the table' },
  ])
}

const built = (name: string, leaf: Query | Refusal): Query => {
  if ('kind' in leaf) return leaf
  throw new QueryError(name, [{ at: 0, length: name.length, ...leaf }])
}

/** The field of that name, or the flattened field it is a member of. */
export const resolveField = (name: string, table: FieldOf): FieldRef | undefined => {
  const field = table(name)
  if (field !== undefined) return { name, field, path: '' }
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const above = table(name.slice(0, dot))
    if (above?.type === 'flattened' && dot < name.length - 1 && !name.includes('\0'))
      return { name: name.slice(0, dot), field: above, path: name.slice(dot + 1) }
  }
  return undefined
}

/**
 * For code that builds queries. Throws `QueryError` where the field is not in the table or cannot hold the value.
 * Strings are what `parseKql` takes in quotes: for a text field a phrase, for a date ISO 8601 in UTC, for an
 * address also a network. Numbers for a date are milliseconds since 1970.
 */
export const equals = (name: string, value: string | number | bigint | boolean, table: FieldOf = fieldOf): Query =>
  built(name, valueLeaf(refOf(name, table), String(value), utc))

/** Equal to any of them. */
export const anyOf = (
  name: string,
  values: readonly (string | number | bigint | boolean)[],
  table: FieldOf = fieldOf,
): Query => or(...values.map((value) => equals(name, value, table)))

/** Any of the words of `text`, in a text field. */
export const words = (name: string, text: string, table: FieldOf = fieldOf): Query =>
  built(name, textLeaf(refOf(name, table), text, 'words'))

export const exists = (name: string, table: FieldOf = fieldOf): Query => built(name, existsLeaf(refOf(name, table)))

export interface Limits {
  readonly gt?: string | number | bigint
  readonly gte?: string | number | bigint
  readonly lt?: string | number | bigint
  readonly lte?: string | number | bigint
}
/** Within limits. On a list each limit is a comparison by itself, as everywhere. */
export const range = (name: string, limits: Limits, table: FieldOf = fieldOf): Query => {
  const ref = refOf(name, table)
  return and(
    ...(['gt', 'gte', 'lt', 'lte'] as const).flatMap((how) => {
      const limit = limits[how]
      return limit === undefined ? [] : [built(name, rangeLeaf(ref, how, String(limit), utc))]
    }),
  )
}

const utc = { now: 0, timezone: 'UTC' } as const
