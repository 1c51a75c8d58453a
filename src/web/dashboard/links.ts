import { escapeHtml } from '../../event/html.ts'
import type { Asked } from './overview.ts'

/** An address of this page, for an attribute: what is asked now, changed. */
export const pageLink = (asked: Asked, change: Partial<Pick<Asked, 'range' | 'kql' | 'lang'>>): string => {
  const query = new URLSearchParams()
  const range = change.range ?? asked.range
  const kql = change.kql ?? asked.kql
  if (range !== '1h') query.set('range', range)
  if (kql !== '') query.set('q', kql)
  if (change.lang !== undefined) query.set('lang', change.lang)
  else if (asked.fixedLang) query.set('lang', asked.lang)
  return escapeHtml(query.size === 0 ? '/' : `/?${query}`)
}

/** A value in KQL, quoted. */
const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`

/** The query, narrowed to a value of a field. */
export const narrowed = ({ kql, problem }: Asked, field: string, value: string): string => {
  const one = `${field}: ${/^\d+$/.test(value) ? value : quoted(value)}`
  if (kql.trim() === '' || problem !== undefined || kql.includes(one))
    return kql.includes(one) && problem === undefined ? kql : one
  return `(${kql}) and ${one}`
}
