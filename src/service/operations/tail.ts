import { once } from 'node:events'
import { toPredicate } from '../../query/predicate.ts'
import type { StoredDocument } from '../../store/store.ts'
import { parse } from '../../store/stringify.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import { queryOf } from './question.ts'
import { type SearchAsked, search } from './search.ts'

/** A slow terminal misses events rather than slowing the pipeline; it is told how many. */
const mostWaiting = 1000

export interface TailAsked extends SearchAsked {
  /** How many earlier ones first. */
  readonly earlier?: number
}

/** Events as they pass, until the asker goes away. `{"missed":n}` stands for events that came too fast. */
export async function* tail(context: Context, asked: TailAsked, signal: AbortSignal): Answer {
  const { live, config } = context
  if (live === undefined)
    throw new OperationError(3, "no service runs on this data directory; start one with 'tailrace run'")
  const matches = toPredicate(queryOf(asked.kql, config, Date.now()))
  const waiting: string[] = []
  let missed = 0
  const woken = new EventTarget()
  const stop = live.listen({
    accepts: matches,
    take(document) {
      if (waiting.length >= mostWaiting) missed++
      else waiting.push(document)
      woken.dispatchEvent(new Event('wake'))
    },
  })
  try {
    if ((asked.earlier ?? 10) > 0) {
      const earlier: unknown[] = []
      for await (const document of search(context, { ...asked, limit: asked.earlier ?? 10 }, signal))
        earlier.push(document)
      yield* earlier.reverse()
    }
    while (!signal.aborted) {
      for (const text of waiting.splice(0)) {
        const document = parse(text) as StoredDocument
        const { dataset } = (document['event'] ?? {}) as { dataset?: string }
        if (asked.dataset === undefined || asked.dataset.length === 0 || asked.dataset.includes(dataset ?? ''))
          yield document
      }
      if (missed > 0) yield { missed }
      missed = 0
      if (waiting.length === 0) await once(woken, 'wake', { signal }).catch(() => undefined)
    }
  } finally {
    stop()
  }
}
