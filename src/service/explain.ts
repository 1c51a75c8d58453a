import { release } from '../event/batch.ts'
import { printable } from '../event/printable.ts'
import { textWidth } from '../event/text-width.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { isClaimed } from '../grammar/recognise.ts'
import { blockOf } from '../grammar/text-block.ts'
import type { Told } from './told.ts'

const window = 100
/** Longer records are not held against every other format. */
const mostHeld = 65_536

/** Whether it reads the record, and finds in it what tells the format from others. */
const claims = (grammar: Grammar, text: string): boolean => {
  const batch = grammar.read(blockOf([text]), { dataset: grammar.name, timezone: 'UTC', now: Date.now() })
  try {
    return isClaimed(grammar, batch, 0)
  } finally {
    release(batch)
  }
}

/** Another grammar is named where it reads so much of what is left; a few bytes more are chance. */
const leastMore = 0.1

/** The other grammar that reads a record, the most special of those; else the one that comes furthest, if clearly further than `at`. */
const nearest = (text: string, at: number, others: readonly Grammar[]): string | undefined => {
  if (text.length > mostHeld) return undefined
  const enough = at + leastMore * (Buffer.byteLength(text) - at)
  let best: { readonly name: string; readonly at: number } | undefined
  const reading: Grammar[] = []
  for (const other of others) {
    // What reads any text, or what others write into the same files, is no likeness.
    if (other.problems.length > 0 || other.anyText === true) continue
    const own = other.toldBy ?? other
    const explained = own.explain(text)
    if (explained === undefined) {
      if (claims(own, text)) reading.push(other)
    } else if (explained.at > (best?.at ?? enough)) best = { name: other.name, at: explained.at }
  }
  const special = reading.find((one) => !reading.some(({ name }) => one.moreGeneralThan.includes(name)))
  if (special !== undefined) return `'${special.name}' reads it`
  return best === undefined ? undefined : `'${best.name}' comes further, to byte ${best.at + 1}`
}

/** How far the grammar came, drawn under the record's text: where, what was expected there, by which capture and alternative. */
export const explainFailure = (
  { text, failure, before }: Pick<Told, 'text' | 'failure' | 'before'>,
  grammar: Pick<Grammar, 'name'>,
  others: readonly Grammar[],
): string => {
  const { at = 0, code, expected, field, alternative, found } = failure
  const shownBefore = printable(before.slice(-window).toWellFormed())
  const shownAfter = printable(text.slice(before.length, before.length + window).toWellFormed())
  const what = expected === undefined ? code.replaceAll('_', ' ') : `expected ${expected}`
  const where = field === undefined ? '' : ` for ${field}`
  const there = found === undefined || found === '' ? '' : `, found ${JSON.stringify(found)}`
  const closer = nearest(text, at, others)
  return [
    `  ${shownBefore}${shownAfter}`,
    `  ${' '.repeat(textWidth(shownBefore))}^ ${printable(`${what}${where}${there}`)}`,
    `  ${grammar.name} fits up to here${alternative === undefined ? '' : ` (${alternative})`}${closer === undefined ? '' : `; ${closer}`}`,
    '',
  ].join('\n')
}
