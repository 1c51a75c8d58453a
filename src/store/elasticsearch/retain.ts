import { pause } from '../retry.ts'
import type { Retention } from '../store.ts'
import { type Ask, either } from './ask.ts'
import { refreshTargets, whole } from './held.ts'
import { targetName } from './template.ts'
import { isObject } from './words.ts'

type Json = Readonly<Record<string, unknown>>

/** A data stream or alias with its backing indices, oldest first; the last is written to. */
interface Stock {
  readonly dataset: string
  readonly name: string
  readonly indices: readonly string[]
}

interface Content {
  readonly docs: number
  /** Latest `@timestamp`, milliseconds. */
  readonly latest: number
}

const day = 86_400_000
const mostBytes = 20 * 2 ** 30

const stocksOf = async (
  ask: Ask,
  dataStreams: boolean,
  datasets: readonly string[],
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Stock[]> => {
  const stocks: Stock[] = []
  for (const dataset of datasets) {
    const name = targetName(dataset, namespace)
    const path = `/${dataStreams ? '_data_stream' : '_alias'}/${encodeURIComponent(name)}`
    const { body, status } = await ask({ method: 'GET', path }, signal, { accept: either(404) })
    if (status === 404 || !isObject(body)) continue
    const streams = body['data_streams'] as readonly { indices: readonly { index_name: string }[] }[] | undefined
    const indices = dataStreams
      ? (streams?.[0]?.indices.map(({ index_name }) => index_name) ?? [])
      : Object.keys(body).sort()
    stocks.push({ dataset, name, indices })
  }
  return stocks
}

const contentsOf = async (ask: Ask, name: string, signal: AbortSignal): Promise<ReadonlyMap<string, Content>> => {
  const json = {
    size: 0,
    aggs: { indices: { terms: { field: '_index', size: 10_000 }, aggs: { latest: { max: { field: '@timestamp' } } } } },
  }
  const { body } = await ask(
    { method: 'POST', path: `/${encodeURIComponent(name)}/_search`, query: whole, json },
    signal,
  )
  const found = isObject(body) && isObject(body['aggregations']) ? (body['aggregations']['indices'] as Json) : {}
  const buckets = (found['buckets'] ?? []) as readonly {
    key: string
    doc_count: number
    latest: { value: number | null }
  }[]
  return new Map(
    buckets.map(({ key, doc_count, latest }) => [
      key,
      { docs: doc_count, latest: latest.value ?? Number.NEGATIVE_INFINITY },
    ]),
  )
}

const bytesOf = async (ask: Ask, name: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>> => {
  const query = { filter_path: 'indices.*.total.store.size_in_bytes' }
  const { body } = await ask({ method: 'GET', path: `/${encodeURIComponent(name)}/_stats/store`, query }, signal)
  const indices = isObject(body) && isObject(body['indices']) ? body['indices'] : {}
  return new Map(
    Object.entries(indices).map(([index, stats]) => {
      const { total } = stats as { total: { store: { size_in_bytes: number } } }
      return [index, total.store.size_in_bytes]
    }),
  )
}

/** Deletes documents older than `cutoff` one by one; runs in the store, as it may take long. */
const deleteOlder = async (ask: Ask, name: string, cutoff: number, signal: AbortSignal): Promise<void> => {
  const range = { range: { '@timestamp': { lt: cutoff, format: 'epoch_millis' } } }
  const path = `/${encodeURIComponent(name)}/_delete_by_query`
  const query = { conflicts: 'proceed', refresh: true, wait_for_completion: false }
  const { body } = await ask({ method: 'POST', path, query, json: { query: range } }, signal)
  const task = isObject(body) ? String(body['task']) : ''
  for (let wait = 20; ; wait = Math.min(5000, wait * 2)) {
    const { body: state } = await ask({ method: 'GET', path: `/_tasks/${encodeURIComponent(task)}` }, signal, {
      accept: either(404),
    })
    if (!isObject(state) || state['completed'] !== false) return
    await pause(wait, signal)
  }
}

/** The rules about a dataset: those that name it, else those that name none. */
const rulesOf = (rules: readonly Retention[], dataset: string): readonly Retention[] => {
  const own = rules.filter((rule) => rule.dataset === dataset)
  return own.length > 0 ? own : rules.filter((rule) => rule.dataset === undefined)
}

/**
 * Drops whole backing indices where it can and deletes documents where it must, and begins new backing indices so
 * that later most of it is dropping. Only the datasets given are touched.
 */
export const retainDocuments = async (
  ask: Ask,
  dataStreams: boolean,
  datasets: readonly string[],
  namespace: string,
  rules: readonly Retention[],
  now: number,
  signal: AbortSignal,
): Promise<void> => {
  for (const { dataset, name, indices } of await stocksOf(ask, dataStreams, datasets, namespace, signal)) {
    const mine = rulesOf(rules, dataset)
    const maxAge = Math.min(...mine.map((rule) => rule.maxAge ?? Number.POSITIVE_INFINITY))
    const maxBytes = Math.min(...mine.map((rule) => rule.maxBytes ?? Number.POSITIVE_INFINITY))
    await refreshTargets(ask, encodeURIComponent(name), signal)
    const contents = await contentsOf(ask, name, signal)
    const bytes = await bytesOf(ask, name, signal)
    const older = indices.slice(0, -1)
    const cutoff = now - maxAge
    const dropped = new Set(
      older.filter(
        (index) => Number.isFinite(cutoff) && (contents.get(index)?.latest ?? Number.NEGATIVE_INFINITY) < cutoff,
      ),
    )
    let total = indices.reduce((sum, index) => sum + (dropped.has(index) ? 0 : (bytes.get(index) ?? 0)), 0)
    for (const index of older) {
      if (total <= maxBytes) break
      if (dropped.has(index)) continue
      dropped.add(index)
      total -= bytes.get(index) ?? 0
    }
    for (const index of dropped)
      await ask({ method: 'DELETE', path: `/${encodeURIComponent(index)}` }, signal, { accept: either(404) })
    if (Number.isFinite(cutoff) && contents.size > 0) await deleteOlder(ask, name, cutoff, signal)
    const current = indices.at(-1)
    if (current === undefined || (contents.get(current)?.docs ?? 0) === 0) continue
    const span = Number.isFinite(maxAge) ? Math.max(day, maxAge / 10) : 30 * day
    const conditions = {
      max_age: `${Math.floor(span)}ms`,
      max_size: `${Math.max(1, Math.floor(Math.min(mostBytes, maxBytes / 10)))}b`,
    }
    await ask({ method: 'POST', path: `/${encodeURIComponent(name)}/_rollover`, json: { conditions } }, signal)
  }
}
