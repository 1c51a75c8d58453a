import { hexIpText } from './hex-ip-text.ts'
import type { Leaf, Query, Range } from './tree.ts'

type Clause = Readonly<Record<string, unknown>>

/**
 * Query DSL that the cores of Elasticsearch 7.17 and OpenSearch 3.8 answer alike. It relies on this mapping: keyword
 * `ignore_above` 1024, text with the `standard` analyzer, `flattened` (`ignore_above` 8191) or `flat_object`, and
 * `date`, `ip`, `long`, `double`, `boolean` as they are. Every clause is one that is only filtered by.
 */
export const toDsl = (query: Query): Clause => {
  switch (query.kind) {
    case 'all':
      return { match_all: {} }
    case 'none':
      return { match_none: {} }
    case 'and': {
      const must = query.of.filter(({ kind }) => kind !== 'not').map(toDsl)
      const mustNot = query.of.flatMap((part) => (part.kind === 'not' ? [toDsl(part.of)] : []))
      return {
        bool: { ...(must.length > 0 ? { filter: must } : {}), ...(mustNot.length > 0 ? { must_not: mustNot } : {}) },
      }
    }
    case 'or':
      return { bool: { should: alternatives(query.of), minimum_should_match: 1 } }
    case 'not':
      return { bool: { must_not: [toDsl(query.of)] } }
    default:
      return leafDsl(query)
  }
}

/** Equal comparisons of one field become one `terms`. */
const alternatives = (queries: readonly Query[]): Clause[] => {
  const values = new Map<string, (string | boolean)[]>()
  const rest: Query[] = []
  for (const query of queries)
    if (query.kind === 'equals') {
      const name = nameOf(query)
      const held = values.get(name)
      if (held === undefined) values.set(name, [query.value])
      else held.push(query.value)
    } else rest.push(query)
  const terms = [...values].map(([name, held]) =>
    held.length === 1 ? { term: { [name]: { value: held[0] } } } : { terms: { [name]: held } },
  )
  return [...terms, ...rest.map(toDsl)]
}

const nameOf = (leaf: Leaf): string =>
  'path' in leaf && leaf.path !== undefined && leaf.path !== '' ? `${leaf.field}.${leaf.path}` : leaf.field

const leafDsl = (leaf: Leaf): Clause => {
  const name = nameOf(leaf)
  switch (leaf.kind) {
    case 'exists':
      return { exists: { field: name } }
    case 'equals':
      return { term: { [name]: { value: leaf.value } } }
    case 'wildcard':
      // Neither engine's flattened fields take `wildcard` alike; a prefix is what the tree allows there.
      return leaf.type === 'flattened'
        ? { prefix: { [name]: { value: leaf.parts[0] } } }
        : { wildcard: { [name]: { value: leaf.parts.map((part) => part.replace(/[\\*?]/g, '\\$&')).join('*') } } }
    case 'words':
      // Tokens are terms already: nothing is analysed twice.
      return leaf.tokens.length === 1
        ? { term: { [name]: { value: leaf.tokens[0] } } }
        : { terms: { [name]: leaf.tokens } }
    case 'phrase':
      return leaf.tokens.length === 1
        ? { term: { [name]: { value: leaf.tokens[0] } } }
        : { match_phrase: { [name]: { query: leaf.tokens.join(' ') } } }
    case 'range':
      return { range: { [name]: limits(leaf) } }
  }
}

const limits = (leaf: Range): Clause => {
  switch (leaf.type) {
    case 'keyword':
      return {
        ...(leaf.from === undefined ? {} : { [leaf.above ? 'gt' : 'gte']: leaf.from }),
        ...(leaf.to === undefined ? {} : { [leaf.below ? 'lt' : 'lte']: leaf.to }),
      }
    case 'double':
      // To Lucene −0 lies below 0; here they are one number, as in SQL.
      return {
        ...(leaf.from === undefined
          ? {}
          : leaf.above
            ? { gt: zero(leaf.from, '0.0') }
            : { gte: zero(leaf.from, '-0.0') }),
        ...(leaf.to === undefined ? {} : leaf.below ? { lt: zero(leaf.to, '-0.0') } : { lte: zero(leaf.to, '0.0') }),
      }
    case 'long':
      return {
        ...(leaf.from === undefined ? {} : { gte: leaf.from }),
        ...(leaf.to === undefined ? {} : { lte: leaf.to }),
      }
    case 'date':
      // Numbers before 1970 are refused by Elasticsearch 7, texts with all their digits mean the same everywhere.
      return {
        ...(leaf.from === undefined ? {} : { gte: dateText(leaf.from) }),
        ...(leaf.to === undefined ? {} : { lt: dateText(leaf.to + 1) }),
        format: 'strict_date_optional_time',
      }
    case 'ip':
      return {
        ...(leaf.from === undefined ? {} : { gte: hexIpText(leaf.from) }),
        ...(leaf.to === undefined ? {} : { lte: hexIpText(leaf.to) }),
      }
  }
}

const zero = (value: number, text: string): number | string => (value === 0 ? text : value)

const firstDate = Date.parse('0000-01-01T00:00:00Z')
const lastDate = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const dateText = (ms: number): string => new Date(Math.min(Math.max(ms, firstDate), lastDate)).toISOString()
