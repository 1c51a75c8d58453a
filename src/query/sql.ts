import { ignoreAbove, ignoreMemberAbove } from './leaf.ts'
import type { Leaf, Query, Range, Wildcard } from './tree.ts'

export interface Sql {
  /** A condition for WHERE or FILTER, in parentheses where it needs them: `?` for each of `values`, in order. */
  readonly text: string
  readonly values: readonly (string | bigint | boolean)[]
}

/**
 * A condition for DuckDB. The table has a column a field, by its dotted name: keyword VARCHAR, text VARCHAR with its
 * tokens in `"<name>.tokens"` (as `writeTokens` writes them), long BIGINT, double DOUBLE, boolean BOOLEAN, date
 * BIGINT nanoseconds since 1970, ip VARCHAR of 32 hex digits, flattened VARCHAR of JSON text; lists are lists of
 * these. A column that `has` denies is absent in every row. Absent values make a leaf NULL, which a condition takes
 * for false; every `not` is an `IS NOT TRUE`, so nothing is lost under it, and scans still skip by row group.
 */
export const toSql = (query: Query, has: (column: string) => boolean): Sql => {
  const values: (string | bigint | boolean)[] = []
  const bind = (value: string | number | bigint | boolean): string => {
    // The binding takes a number without a fraction for a BIGINT, and 1e300 is none: doubles go as text.
    values.push(typeof value === 'number' ? String(value) : value)
    if (typeof value === 'bigint') return '?::BIGINT'
    return typeof value === 'number' ? '?::DOUBLE' : '?'
  }
  const compile = (part: Query): string => {
    switch (part.kind) {
      case 'all':
        return 'TRUE'
      case 'none':
        return 'FALSE'
      case 'and':
        return `(${part.of.map(compile).join(' AND ')})`
      case 'or':
        return `(${part.of.map(compile).join(' OR ')})`
      case 'not':
        return `((${compile(part.of)}) IS NOT TRUE)`
      default:
        return leafSql(part, has, bind)
    }
  }
  return { text: compile(query), values }
}

type Bind = (value: string | number | bigint | boolean) => string

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

const leafSql = (leaf: Leaf, has: (column: string) => boolean, bind: Bind): string => {
  const stored = leaf.type === 'text' && leaf.kind !== 'exists' ? `${leaf.field}.tokens` : leaf.field
  if (!has(stored)) return 'FALSE'
  const column = identifier(stored)
  if (leaf.type === 'flattened') return memberSql(leaf, column, bind)
  if (leaf.list) return `(len(list_filter(${column}, lambda x: ${valueSql(leaf, 'x', bind)})) > 0)`
  return valueSql(leaf, column, bind)
}

/** Whether one value fits. */
const valueSql = (leaf: Leaf, value: string, bind: Bind): string => {
  switch (leaf.kind) {
    case 'exists':
      return leaf.type === 'keyword' ? shorter(value, ignoreAbove) : `${value} IS NOT NULL`
    case 'equals':
      return `${value} = ${bind(leaf.value)}`
    case 'wildcard':
      return leaf.type === 'text'
        ? tokenSql(leaf, value, bind)
        : `(${value} LIKE ${bind(likeOf(leaf.parts))} ESCAPE '\\' AND ${shorter(value, ignoreAbove)})`
    case 'words':
      return `(${leaf.tokens.map((token) => `contains(${value}, ${bind(` ${token} `)})`).join(' OR ')})`
    case 'phrase':
      return `contains(${value}, ${bind(` ${leaf.tokens.join(' ')} `)})`
    case 'range':
      return rangeSql(leaf, value, bind)
  }
}

/** At most `most` UTF-16 units: never more than bytes, else code points and one more for each beyond U+FFFF. */
const shorter = (value: string, most: number): string =>
  `(strlen(${value}) <= ${most} OR length(${value}) + length(regexp_replace(${value}, '[^\\x{10000}-\\x{10ffff}]', '', 'gs')) <= ${most})`

const likeOf = (parts: readonly string[]): string => parts.map((part) => part.replace(/[\\%_]/g, '\\$&')).join('%')
const patternOf = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

const tokenSql = ({ parts }: Wildcard, value: string, bind: Bind): string => {
  if (parts.some((part) => part.includes(' '))) return 'FALSE'
  if (parts.length === 2 && parts[1] === '') return `contains(${value}, ${bind(` ${parts[0]}`)})`
  if (parts.length === 2 && parts[0] === '') return `contains(${value}, ${bind(`${parts[1]} `)})`
  return `regexp_matches(${value}, ${bind(` ${parts.map(patternOf).join('[^ ]*')} `)})`
}

const rangeSql = (leaf: Range, value: string, bind: Bind): string => {
  const ends: string[] = []
  const add = (operator: string, end: string | number | bigint): void => {
    ends.push(`${value} ${operator} ${bind(end)}`)
  }
  switch (leaf.type) {
    case 'keyword':
      if (leaf.from !== undefined) add(leaf.above ? '>' : '>=', leaf.from)
      if (leaf.to !== undefined) add(leaf.below ? '<' : '<=', leaf.to)
      ends.push(shorter(value, ignoreAbove))
      break
    case 'double':
      if (leaf.from !== undefined) add(leaf.above ? '>' : '>=', leaf.from)
      if (leaf.to !== undefined) add(leaf.below ? '<' : '<=', leaf.to)
      break
    case 'long':
      if (leaf.from !== undefined) add('>=', BigInt(leaf.from))
      if (leaf.to !== undefined) add('<=', BigInt(leaf.to))
      break
    case 'date':
      if (leaf.from !== undefined) add('>=', nanoseconds(leaf.from))
      if (leaf.to !== undefined) add('<=', nanoseconds(leaf.to + 1) - 1n)
      break
    case 'ip':
      if (leaf.from !== undefined) add('>=', leaf.from)
      if (leaf.to !== undefined) add('<=', leaf.to)
  }
  return `(${ends.join(' AND ')})`
}

const furthest = 2n ** 63n - 1n
const nanoseconds = (ms: number): bigint => {
  const exact = BigInt(ms) * 1_000_000n
  return exact > furthest ? furthest : exact < -furthest ? -furthest : exact
}

/**
 * Members are found by `json_tree`, whose `fullkey` (`$.a[0].b`) is unquoted: `{"a.b":1}` and `{"a":{"b":1}}` are
 * one path, as in both engines. DuckDB keeps a fraction as its value, not as written: `1.50` there is `1.5`.
 */
const memberSql = (leaf: Leaf, column: string, bind: Bind): string => {
  const conditions = ['t.atom IS NOT NULL']
  if ('path' in leaf && leaf.path !== undefined && leaf.path !== '') {
    const steps = leaf.path.split('.').map((step) => `\\.${patternOf(step)}(\\[\\d+\\])*`)
    conditions.push(`regexp_full_match(t.fullkey, ${bind(`\\$${steps.join('')}`)})`)
  }
  const member = `(t.atom->>'$')`
  if (leaf.kind === 'equals' && typeof leaf.value === 'string') {
    const fraction = /^-?(0|[1-9]\d*)(?=[.eE])(\.\d+)?([eE][+-]?\d+)?$/.test(leaf.value)
    const same = `${member} = ${bind(leaf.value)}`
    conditions.push(fraction ? `(${same} OR (t.type = 'DOUBLE' AND t.atom = json(${bind(leaf.value)})))` : same)
  } else if (leaf.kind === 'wildcard') conditions.push(`starts_with(${member}, ${bind(leaf.parts[0]!)})`)
  conditions.push(shorter(member, ignoreMemberAbove))
  return `EXISTS (SELECT 1 FROM json_tree(${column}::JSON) t WHERE ${conditions.join(' AND ')})`
}
