import { isObject } from '../../event/is-object.ts'
import type { Covered } from '../store.ts'
import type { Ask, AskOptions } from './ask.ts'

/** No answer is taken that some shard did not contribute to. */
export const whole = {
  ignore_unavailable: true,
  allow_no_indices: true,
  allow_partial_search_results: false,
} as const

export interface Hit {
  readonly _id: string
  readonly _source?: Readonly<Record<string, unknown>>
  readonly sort?: readonly unknown[]
}

export const hitsOf = (body: unknown): readonly Hit[] => {
  const hits = isObject(body) && isObject(body['hits']) ? body['hits']['hits'] : undefined
  return Array.isArray(hits) ? hits : []
}

/** A reply to which every shard contributed, and nothing but a reply. */
const isWhole = (body: unknown): boolean =>
  isObject(body) && body['timed_out'] !== true && isObject(body['_shards']) && body['_shards']['failed'] === 0

/** Deliveries ask: they wait until the answer can be relied on. */
const relied: AskOptions = { sound: isWhole, patient: true }

export const refreshTargets = async (ask: Ask, targets: string, signal: AbortSignal): Promise<void> => {
  const query = { ignore_unavailable: true, allow_no_indices: true }
  await ask({ method: 'POST', path: `/${targets}/_refresh`, query }, signal, relied)
}

const idsAtOnce = 2000

/**
 * Which of these ids the store holds, looked for in every backing index: a `create` repeated after a rollover would
 * be accepted as new. Refresh first.
 */
export const heldIds = async (
  ask: Ask,
  targets: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> => {
  const held = new Set<string>()
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const values = ids.slice(from, from + idsAtOnce)
    const json = { query: { ids: { values } }, _source: false, size: 10_000, track_total_hits: false }
    const query = { ...whole, filter_path: 'timed_out,_shards.failed,hits.hits._id' }
    const { body } = await ask({ method: 'POST', path: `/${targets}/_search`, query, json }, signal, relied)
    for (const { _id } of hitsOf(body)) held.add(_id)
  }
  return held
}

const spansAtOnce = 10_000

/** Records of generation `key` that begin in [from, to), in order of offset. */
export const coveredSpans = async (
  ask: Ask,
  targets: string,
  key: string,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<readonly Covered[]> => {
  const spans: Covered[] = []
  for (let after: number | undefined; ; ) {
    const json = {
      query: {
        bool: {
          filter: [
            { term: { 'log.file.id': key } },
            { range: { 'log.offset': { ...(after === undefined ? { gte: from } : { gt: after }), lt: to } } },
          ],
        },
      },
      _source: ['log.offset', 'log.length'],
      sort: [{ 'log.offset': { order: 'asc', unmapped_type: 'long' } }],
      size: spansAtOnce,
      track_total_hits: false,
    }
    const query = { ...whole, filter_path: 'timed_out,_shards.failed,hits.hits._source' }
    const { body } = await ask({ method: 'POST', path: `/${targets}/_search`, query, json }, signal, relied)
    const hits = hitsOf(body)
    for (const { _source } of hits) {
      const log = isObject(_source) && isObject(_source['log']) ? _source['log'] : {}
      const offset = Number(log['offset'])
      // A record that two backing indices hold is one record.
      if (spans.at(-1)?.from !== offset) spans.push({ from: offset, to: offset + Number(log['length']) })
    }
    if (hits.length < spansAtOnce) return spans
    after = spans.at(-1)!.from
  }
}
