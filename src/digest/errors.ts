import { anyOf, exists, or, type Query, range } from '../query/tree.ts'

/** Requests that were answered. */
export const answered: Query = exists('http.response.status_code')
/** Of them, those the server failed. */
export const serverErrors: Query = range('http.response.status_code', { gte: 500 })

const words = ['error', 'err', 'crit', 'critical', 'alert', 'emerg', 'emergency', 'fatal', 'severe', 'panic']

/** What a digest counts as an error: a failed request, or a record whose level says so, however it is spelt. */
export const errors: Query = or(
  serverErrors,
  anyOf(
    'log.level',
    words.flatMap((word) => [word, word.toUpperCase(), `${word[0]!.toUpperCase()}${word.slice(1)}`]),
  ),
)
