import { isObject } from '../../event/is-object.ts'
import { pause } from '../retry.ts'
import type { Retention } from '../store.ts'
import { type Ask, either } from './ask.ts'
import { refreshTargets, whole } from './held.ts'
import { targetName } from './template.ts'

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

/** What is known of a stock when it is looked at. */
interface Inspected extends Stock {
  readonly contents: ReadonlyMap<string, Content>
  readonly bytes: ReadonlyMap<string, number>
  readonly dropped: Set<string>
}

const latestOf = ({ contents }: Inspected, index: string): number =>
  contents.get(index)?.latest ?? Number.NEGATIVE_INFINITY

const sizeOf = ({ indices, bytes, dropped }: Inspected): number =>
  indices.reduce((sum, index) => sum + (dropped.has(index) ? 0 : (bytes.get(index) ?? 0)), 0)

/** Marks the oldest backing indices until the rest is no more than `maxBytes`; those written to stay. */
const dropLargest = (stocks: readonly Inspected[], maxBytes: number): void => {
  let total = stocks.reduce((sum, stock) => sum + sizeOf(stock), 0)
  const candidates = stocks
    .flatMap((stock) => stock.indices.slice(0, -1).map((index) => ({ stock, index, latest: latestOf(stock, index) })))
    .filter(({ stock, index }) => !stock.dropped.has(index))
    .sort((a, b) => a.latest - b.latest)
  for (const { stock, index } of candidates) {
    if (total <= maxBytes) return
    stock.dropped.add(index)
    total -= stock.bytes.get(index) ?? 0
  }
}

/** What the backing index written to may grow to before a new one begins. */
const rolloverOf = (rules: readonly Retention[]): Json => {
  const maxAge = Math.min(...rules.map((rule) => rule.maxAge ?? 300 * day))
  const maxBytes = Math.min(...rules.map((rule) => rule.maxBytes ?? Number.POSITIVE_INFINITY))
  return {
    max_age: `${Math.max(day, Math.floor(maxAge / 10))}ms`,
    max_size: `${Math.max(1, Math.floor(Math.min(mostBytes, maxBytes / 10)))}b`,
  }
}

/**
 * Drops whole backing indices where it can and deletes documents where it must, and begins new backing indices so
 * that later most of it is dropping. Sizes are therefore kept to within a backing index. A rule without a dataset is
 * for all that no other rule names, and their sizes count together. Only the datasets given are touched.
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
  const named = new Set(rules.flatMap(({ dataset }) => (dataset === undefined ? [] : [dataset])))
  const concerns = (rule: Retention, dataset: string): boolean =>
    rule.dataset === undefined ? !named.has(dataset) : rule.dataset === dataset
  const ruled = datasets.filter((dataset) => rules.some((rule) => concerns(rule, dataset)))
  const stocks: Inspected[] = []
  for (const stock of await stocksOf(ask, dataStreams, ruled, namespace, signal)) {
    await refreshTargets(ask, encodeURIComponent(stock.name), signal)
    const contents = await contentsOf(ask, stock.name, signal)
    stocks.push({ ...stock, contents, bytes: await bytesOf(ask, stock.name, signal), dropped: new Set() })
  }
  const cutoffs = new Map<Inspected, number>()
  for (const rule of rules) {
    const mine = stocks.filter(({ dataset }) => concerns(rule, dataset))
    if (rule.maxAge !== undefined)
      for (const stock of mine) {
        const cutoff = now - rule.maxAge
        cutoffs.set(stock, Math.max(cutoff, cutoffs.get(stock) ?? cutoff))
        for (const index of stock.indices.slice(0, -1)) if (latestOf(stock, index) < cutoff) stock.dropped.add(index)
      }
  }
  for (const rule of rules)
    if (rule.maxBytes !== undefined)
      dropLargest(
        stocks.filter(({ dataset }) => concerns(rule, dataset)),
        rule.maxBytes,
      )
  for (const stock of stocks) {
    for (const index of stock.dropped)
      await ask({ method: 'DELETE', path: `/${encodeURIComponent(index)}` }, signal, { accept: either(404) })
    const cutoff = cutoffs.get(stock)
    if (cutoff !== undefined && stock.contents.size > 0) await deleteOlder(ask, stock.name, cutoff, signal)
    if ((stock.contents.get(stock.indices.at(-1) ?? '')?.docs ?? 0) === 0) continue
    const conditions = rolloverOf(rules.filter((rule) => concerns(rule, stock.dataset)))
    await ask({ method: 'POST', path: `/${encodeURIComponent(stock.name)}/_rollover`, json: { conditions } }, signal)
  }
}
