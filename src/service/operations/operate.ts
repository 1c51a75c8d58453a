import type { Context } from '../context.ts'
import { type Answer, type Operate, OperationError } from '../control.ts'
import { editLetter, purgeLetters, replayLetters } from './change-letters.ts'
import { groupLetters, listLetters, rawLetter, showLetter } from './dead-letters.ts'
import { layout } from './layout.ts'
import { ledger } from './ledger.ts'
import { patiently } from './patiently.ts'
import { reprocessStored } from './reprocess.ts'
import { explainQuery, search, stats } from './search.ts'
import { slow } from './slow.ts'
import { adoptFile, forgetSource, losses, rewindSource, sources } from './sources.ts'
import { contextOf, type StoreAsked, stores } from './stores.ts'
import { tail } from './tail.ts'
import { templates } from './templates.ts'

export type Operation = (context: Context, asked: never, signal: AbortSignal) => Answer

/** What commands ask; the same whether the service answers or the command opened the store itself. */
const operations: Readonly<Record<string, Operation>> = {
  stores,
  search,
  stats,
  tail,
  slow,
  templates,
  ledger,
  layout,
  sources,
  'sources-forget': forgetSource,
  'sources-rewind': rewindSource,
  'sources-adopt': adoptFile,
  losses,
  'explain-query': explainQuery,
  'dlq-list': listLetters,
  'dlq-groups': groupLetters,
  'dlq-show': showLetter,
  'dlq-raw': rawLetter,
  'dlq-edit': editLetter,
  'dlq-replay': replayLetters,
  'dlq-purge': purgeLetters,
  reprocess: reprocessStored,
}

/** Those that a store which is away would keep waiting, and that are about one store. */
const asksStore: ReadonlySet<string> = new Set(['layout', 'search', 'stats', 'slow', 'ledger', 'reprocess'])

export const operateOn =
  (context: Context, more: Readonly<Record<string, Operation>> = {}): Operate =>
  (name, given, signal) => {
    const operation = more[name] ?? operations[name]
    if (operation === undefined)
      throw new OperationError(2, `the service knows no operation '${name}'; is it an older version?`)
    const answer = (one: Context): Answer =>
      asksStore.has(name)
        ? patiently(one, (inner) => operation(one, given as never, inner), signal)
        : operation(one, given as never, signal)
    const { store } = given as StoreAsked
    return store === undefined ? answer(context) : later(contextOf(context, store).then(answer))
  }

async function* later(answer: Promise<Answer>): Answer {
  yield* await answer
}
