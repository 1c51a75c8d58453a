import type { Query } from './tree.ts'

/** The fields a query asks about, each once. */
export const fieldsOf = (query: Query): ReadonlySet<string> => {
  switch (query.kind) {
    case 'all':
    case 'none':
      return new Set()
    case 'and':
    case 'or':
      return new Set(query.of.flatMap((one) => [...fieldsOf(one)]))
    case 'not':
      return fieldsOf(query.of)
    default:
      return new Set([query.field])
  }
}
