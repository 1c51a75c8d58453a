import type { DeadLetter } from '../../store/dead-letter/letter.ts'
import type { Changes } from '../changes.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import { isSettled, purge, type Replayed, replay } from '../replay.ts'
import { type LettersAsked, letterById, selectLetters, shown } from './dead-letters.ts'
import { patiently } from './patiently.ts'
import { assertAllAtHand, atHand, inEveryStore, only } from './stores.ts'

/** Throws where the context was opened for reading. */
export const changesOf = ({ changes }: Context): Changes => {
  if (changes === undefined) throw new Error('the data directory was opened for reading only')
  return changes
}

/** Letters purged together. */
const mostPurged = 1000

/** What became of the letters that a replay selected. */
type ReplayCounts = { selected: number; left: number } & Partial<Record<Replayed, number>>

const sumOf = (all: readonly ReplayCounts[]): ReplayCounts => {
  const sum: ReplayCounts = { selected: 0, left: 0 }
  for (const counts of all)
    for (const [name, count] of Object.entries(counts) as [keyof ReplayCounts, number][])
      sum[name] = (sum[name] ?? 0) + count
  return sum
}

/** A line for each letter, then what became of all. */
export async function* replayLetters(
  context: Context,
  asked: LettersAsked & { readonly dryRun?: boolean },
  signal: AbortSignal,
): Answer {
  let left = asked.limit ?? Infinity
  const all: ReplayCounts[] = []
  const replayOf = async function* (one: Context, until: AbortSignal): Answer {
    const { config, store, storeName, letters, progress } = one
    const changes = changesOf(one)
    const done = await changes.begin()
    const counts: ReplayCounts = { selected: 0, left: 0 }
    try {
      const options = { config, store, letters, progress, changes, dryRun: asked.dryRun === true, signal: until }
      for await (const { letter, result } of replay(selectLetters(one, { ...asked, limit: left }), options)) {
        counts[result] = (counts[result] ?? 0) + 1
        counts.selected++
        const { id, dataset, path, offset, attempts } = letter
        const why = result === 'failed' ? whyOf(letter) : {}
        yield { id, result, dataset, path, offset, attempts, ...why, store: storeName }
      }
    } finally {
      left -= counts.selected
      all.push({ ...counts, left: letters.count })
      done()
    }
  }
  yield* inEveryStore(context, (one) => patiently(one, (until) => replayOf(one, until), signal))
  yield { total: sumOf(all) }
}

const whyOf = (letter: DeadLetter): object => {
  const { stage, code, reason, field } = shown(letter, false)
  return { stage, code, reason, ...(field === undefined ? {} : { field }) }
}

/** Without `yes` it only counts. */
export async function* purgeLetters(
  context: Context,
  asked: LettersAsked & { readonly yes?: boolean },
  signal: AbortSignal,
): Answer {
  const sums = { purged: 0, unsettled: 0, left: 0 }
  const purgeOf = async (one: Context): Promise<void> => {
    const { letters, progress } = one
    const changes = changesOf(one)
    const done = await changes.begin()
    try {
      let group: DeadLetter[] = []
      const flush = async (): Promise<void> => {
        if (asked.yes === true && group.length > 0) await purge(group, { letters, progress, changes, signal })
        sums.purged += group.length
        group = []
      }
      const before = sums.purged + sums.unsettled
      const limit = asked.limit === undefined ? Infinity : asked.limit - before
      for await (const letter of selectLetters(one, { ...asked, limit })) {
        if (isSettled(letter, progress)) group.push(letter)
        else sums.unsettled++
        if (group.length >= mostPurged) await flush()
      }
      await flush()
      sums.left += letters.count
    } finally {
      done()
    }
  }
  for (const one of await atHand(context)) await purgeOf(one)
  yield {
    [asked.yes === true ? 'purged' : 'would_purge']: sums.purged,
    ...(sums.unsettled === 0 ? {} : { unsettled: sums.unsettled }),
    left: sums.left,
  }
  await assertAllAtHand(context)
}

/** Puts other bytes in the place of a letter's; what it was is kept beside them. */
export async function* editLetter(context: Context, asked: { readonly id: string; readonly raw: string }): Answer {
  const { context: one } = await letterById(context, asked.id)
  const done = await changesOf(one).begin()
  try {
    // Looked up again: it may have been replayed while this waited for its turn.
    const { letter } = await letterById(only(one), asked.id)
    if (typeof asked.raw !== 'string' || asked.raw === '')
      throw new OperationError(2, 'a dead letter cannot be emptied; `dlq purge` removes it')
    const { raw, original = raw, at: _at, expected: _expected, found: _found, ...rest } = letter
    if (asked.raw !== raw)
      await one.letters.replace([{ ...rest, raw: asked.raw, original, edited: new Date().toISOString() }])
    yield { id: letter.id, edited: asked.raw !== raw }
  } finally {
    done()
  }
}
