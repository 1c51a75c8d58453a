import { redactText } from '../../transform/redaction/redact-text.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import { type Reprocessed, reprocess } from '../reprocess.ts'
import { differencesOf } from '../stored-document.ts'
import { changesOf } from './change-letters.ts'
import { type Asked, scopeOf } from './question.ts'

export interface ReprocessAsked extends Pick<Asked, 'since' | 'until' | 'dataset' | 'namespace'> {
  readonly dryRun?: boolean
}

/** How a field came out otherwise, with the first document in which it did. */
interface Change {
  readonly field: string
  readonly dataset: string
  added: number
  removed: number
  changed: number
  readonly id: string
  readonly before: string | null
  readonly after: string | null
}

/** Why documents could not be made again, with the first of them. */
interface Failed {
  readonly failed: string
  readonly reason: string
  count: number
  readonly id: string
}

/** Of one value, or of one sentence. */
const mostText = 200
const shown = (text: string | undefined): string | null =>
  text === undefined ? null : redactText(text).slice(0, mostText)

/** A line for each field that came out otherwise and for each reason of failing, then what became of all documents. */
export async function* reprocessStored(context: Context, asked: ReprocessAsked, signal: AbortSignal): Answer {
  const { config, store, namespace } = context
  const { since, until, datasets, namespace: space } = scopeOf(asked, config, namespace)
  if (datasets === undefined || since === undefined)
    throw new OperationError(2, 'say what is to be read again: --dataset and --since (or --last), and --until')
  const changes = changesOf(context)
  const search = {
    datasets,
    since,
    ...(until === undefined ? {} : { until }),
    ...(space === undefined ? {} : { namespace: space }),
  }
  const done = await changes.begin()
  try {
    const counts: Partial<Record<Reprocessed, number>> = {}
    const fields = new Map<string, Change>()
    const failures = new Map<string, Failed>()
    let documents = 0
    const options = { config, store, changes, search, dryRun: asked.dryRun === true, signal }
    for await (const { id, result, before, after, code = '', reason = '' } of reprocess(options)) {
      documents++
      counts[result] = (counts[result] ?? 0) + 1
      if (result === 'failed') {
        const failed = failures.get(code) ?? { failed: code, reason: shown(reason)!, count: 0, id }
        failed.count++
        failures.set(code, failed)
      }
      if (after === undefined) continue
      const dataset = String((before['event'] as { dataset?: unknown } | undefined)?.dataset)
      for (const { field, before: old, after: fresh } of differencesOf(before, after)) {
        const name = `${dataset} ${field}`
        const none = { added: 0, removed: 0, changed: 0 }
        const change = fields.get(name) ?? { field, dataset, ...none, id, before: shown(old), after: shown(fresh) }
        change[old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed']++
        fields.set(name, change)
      }
    }
    yield* [...fields.values()].sort((a, b) => b.added + b.removed + b.changed - (a.added + a.removed + a.changed))
    yield* failures.values()
    yield { total: { documents, ...counts } }
  } finally {
    done()
  }
}
