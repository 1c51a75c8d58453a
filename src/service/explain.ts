import type { Failure } from '../event/failure.ts'
import { printable } from '../event/printable.ts'
import type { Grammar } from '../grammar/grammar.ts'

const window = 100

/** The other grammar that comes furthest in a record, if one comes further than this failure did. */
const nearest = (text: string, at: number, others: readonly Grammar[]): string | undefined => {
  let best: { readonly name: string; readonly at: number } | undefined
  for (const other of others) {
    if (other.problems.length > 0) continue
    const explained = other.explain(text)
    if (explained === undefined) return `'${other.name}' reads it`
    if (explained.at > (best?.at ?? at)) best = { name: other.name, at: explained.at }
  }
  return best === undefined ? undefined : `'${best.name}' comes further, to byte ${best.at + 1}`
}

/** How far the grammar came, drawn under the record's text. */
export const explainFailure = (
  text: string,
  failure: Failure,
  grammar: Pick<Grammar, 'name'>,
  others: readonly Grammar[],
): string => {
  const at = failure.at ?? 0
  const before = Buffer.from(text).subarray(0, at).toString('utf8')
  const shownBefore = printable(before.slice(-window))
  const shownAfter = printable(text.slice(before.length, before.length + window))
  const caret = `${' '.repeat(shownBefore.length)}^ ${failure.expected === undefined ? failure.code.replaceAll('_', ' ') : `expected ${failure.expected}`}`
  const closer = nearest(text, at, others)
  return [
    `  ${shownBefore}${shownAfter}`,
    `  ${printable(caret)}`,
    `  ${grammar.name} fits up to here${failure.alternative === undefined ? '' : ` (${failure.alternative})`}${closer === undefined ? '' : `; ${closer}`}`,
    '',
  ].join('\n')
}
