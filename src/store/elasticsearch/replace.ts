import { type Batch, kill, outcome } from '../../event/batch.ts'
import { documentText } from '../../event/document.ts'
import { isObject } from '../../event/is-object.ts'
import { type BackoffOptions, createBackoff } from '../retry.ts'
import type { Ask } from './ask.ts'
import { hitsOf, refreshTargets, whole } from './held.ts'
import { type BulkItem, failureOf, judge } from './verdict.ts'

const atOnce = 500

/** Where a document lies and which of its versions was seen: a data stream takes no other way to change one. */
interface Version {
  readonly _index: string
  readonly _seq_no: number
  readonly _primary_term: number
}

const versionsOf = async (
  ask: Ask,
  targets: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Version>> => {
  await refreshTargets(ask, targets, signal)
  const json = { query: { ids: { values: ids } }, _source: false, size: 10_000, seq_no_primary_term: true }
  const filter_path = 'hits.hits._id,hits.hits._index,hits.hits._seq_no,hits.hits._primary_term'
  const { body } = await ask(
    { method: 'POST', path: `/${targets}/_search`, query: { ...whole, filter_path }, json },
    signal,
  )
  return new Map(hitsOf(body).map((hit) => [hit._id, hit as unknown as Version]))
}

/**
 * Puts each live row in the place of the document of its id, in whatever backing index that lies. Rows without one are
 * left out (`filtered`); those the store refuses die, and the document stays.
 */
export const replaceDocuments = async (
  ask: Ask,
  targets: string,
  batch: Batch,
  options: BackoffOptions,
  signal: AbortSignal,
): Promise<void> => {
  const ids = batch.columns.get('event.id')
  if (ids?.kind !== 'text') throw new Error(`a batch of ${batch.dataset} has no event.id: provenance was not added`)
  const { node } = batch.block.arena
  const idOf = (row: number): string => node.toString('utf8', ids.start[row], ids.end[row])
  const live = Array.from({ length: batch.count }, (_, row) => row).filter((row) => batch.outcome[row] === outcome.live)
  const backoff = createBackoff(options)
  for (let first = 0; first < live.length; first += atOnce) {
    let rows = live.slice(first, first + atOnce)
    while (rows.length > 0) {
      const versions = await versionsOf(ask, targets, rows.map(idOf), signal)
      for (const row of rows) if (!versions.has(idOf(row))) batch.outcome[row] = outcome.filtered
      rows = rows.filter((row) => batch.outcome[row] === outcome.live)
      if (rows.length === 0) break
      const lines = rows.map((row) => {
        const { _index, _seq_no, _primary_term } = versions.get(idOf(row))!
        const index = { _index, _id: idOf(row), if_seq_no: _seq_no, if_primary_term: _primary_term }
        return `${JSON.stringify({ index })}\n${documentText(batch, row)}\n`
      })
      const { body } = await ask({ method: 'POST', path: '/_bulk', bulk: Buffer.from(lines.join('')) }, signal)
      const items = isObject(body) && Array.isArray(body['items']) ? (body['items'] as { index?: BulkItem }[]) : []
      for (const [i, row] of rows.entries()) {
        const item = items[i]?.index
        if (item === undefined) continue
        if (item.status < 300) batch.outcome[row] = outcome.stored
        else if (judge(item) === 'dead') kill(batch, row, failureOf(item))
      }
      // The others were changed meanwhile, or the store is busy: they are looked up again.
      rows = rows.filter((row) => batch.outcome[row] === outcome.live)
      if (rows.length > 0) await backoff.wait(signal)
    }
  }
}
