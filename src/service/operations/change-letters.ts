import type { DeadLetter } from '../../store/dead-letter/letter.ts'
import type { Changes } from '../changes.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import { isSettled, purge, type Replayed, replay } from '../replay.ts'
import { type LettersAsked, letterById, selectLetters, shown } from './dead-letters.ts'

/** Throws where the context was opened for reading. */
export const changesOf = ({ changes }: Context): Changes => {
  if (changes === undefined) throw new Error('the data directory was opened for reading only')
  return changes
}

/** Letters purged together. */
const mostPurged = 1000

/** A line for each letter, then what became of all. */
export async function* replayLetters(
  context: Context,
  asked: LettersAsked & { readonly dryRun?: boolean },
  signal: AbortSignal,
): Answer {
  const { config, store, letters, progress } = context
  const changes = changesOf(context)
  const done = await changes.begin()
  try {
    const counts: Partial<Record<Replayed, number>> = {}
    let selected = 0
    const options = { config, store, letters, progress, changes, dryRun: asked.dryRun === true, signal }
    for await (const { letter, result } of replay(selectLetters(context, asked), options)) {
      counts[result] = (counts[result] ?? 0) + 1
      selected++
      const { id, dataset, path, offset, attempts } = letter
      const why = result === 'failed' ? whyOf(letter) : {}
      yield { id, result, dataset, path, offset, attempts, ...why }
    }
    yield { total: { selected, ...counts, left: letters.count } }
  } finally {
    done()
  }
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
  const { letters, progress } = context
  const changes = changesOf(context)
  const done = await changes.begin()
  try {
    let purged = 0
    let unsettled = 0
    let group: DeadLetter[] = []
    const flush = async (): Promise<void> => {
      if (asked.yes === true && group.length > 0) await purge(group, { letters, progress, changes, signal })
      purged += group.length
      group = []
    }
    for await (const letter of selectLetters(context, asked)) {
      if (isSettled(letter, progress)) group.push(letter)
      else unsettled++
      if (group.length >= mostPurged) await flush()
    }
    await flush()
    yield {
      [asked.yes === true ? 'purged' : 'would_purge']: purged,
      ...(unsettled === 0 ? {} : { unsettled }),
      left: letters.count,
    }
  } finally {
    done()
  }
}

/** Puts other bytes in the place of a letter's; what it was is kept beside them. */
export async function* editLetter(context: Context, asked: { readonly id: string; readonly raw: string }): Answer {
  const changes = changesOf(context)
  const done = await changes.begin()
  try {
    const letter = await letterById(context, asked.id)
    if (typeof asked.raw !== 'string' || asked.raw === '')
      throw new OperationError(2, 'a dead letter cannot be emptied; `dlq purge` removes it')
    const { raw, original = raw, at: _at, expected: _expected, found: _found, ...rest } = letter
    if (asked.raw !== raw)
      await context.letters.replace([{ ...rest, raw: asked.raw, original, edited: new Date().toISOString() }])
    yield { id: letter.id, edited: asked.raw !== raw }
  } finally {
    done()
  }
}
