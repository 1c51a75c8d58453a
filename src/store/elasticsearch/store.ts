import type { Batch } from '../../event/batch.ts'
import type { Field, Schema } from '../../event/field.ts'
import { isObject } from '../../event/is-object.ts'
import { documentId } from '../../event/provenance.ts'
import type { BackoffOptions } from '../retry.ts'
import type { Store } from '../store.ts'
import { aggregateDocuments } from './aggregate.ts'
import { type AskOptions, createAsk } from './ask.ts'
import { createBodyPool } from './body-pool.ts'
import { createBulk } from './bulk.ts'
import { createConcurrency } from './concurrency.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import { detectEngine, type Engine } from './engine.ts'
import { coveredSpans, heldIds, refreshTargets, whole } from './held.ts'
import { layoutOf, overruling } from './layout.ts'
import { targetsOf } from './question.ts'
import { replaceDocuments } from './replace.ts'
import { retainDocuments } from './retain.ts'
import { searchDocuments } from './search.ts'
import { createShared } from './shared.ts'
import { createTargets, type Targets } from './target.ts'
import { targetName, templatePriority } from './template.ts'
import { createTroubles } from './trouble.ts'

export interface ElasticsearchOptions extends ConnectionOptions {
  /** Of documents whose batch says none, and of `retain`. */
  readonly namespace?: string
  /** Bytes of one bulk request before compression, 8 MiB. */
  readonly bodyBytes?: number
  /** Requests under way at once at most, 6; how many there are follows from how fast the store answers. */
  readonly bodies?: number
  /** False: index templates, data streams and aliases are somebody else's business. */
  readonly installTemplates?: boolean
  /** Sources whose records another machine may have stored: what is there already counts as `duplicate`. */
  readonly shared?: readonly string[]
  readonly backoff?: BackoffOptions
  /** Told what a person should know and nothing waits for. */
  readonly report?: (text: string) => void
}

/** What can be done once it is known what is at the other end. */
interface Contact {
  readonly engine: Engine
  readonly targets: Targets
  readonly bulk: (batches: readonly Batch[], signal: AbortSignal) => Promise<void>
}

/** Tries a person's question is worth before it fails with `StoreUnavailable`; deliveries wait. */
const question: AskOptions = { tries: 3 }

/**
 * Elasticsearch from 7.9, or OpenSearch. Nothing is sent before the first use. Writing, preparing, `covered` and
 * `refresh` wait for a store that is away; searches and aggregates throw `StoreUnavailable` after three tries.
 */
export const openElasticsearch = async (options: ElasticsearchOptions): Promise<Store> => {
  const { namespace = 'default', bodyBytes = 8 << 20, bodies = 6, backoff = {}, installTemplates = true } = options
  const connection = await connect(options)
  const troubles = createTroubles()
  const ask = createAsk(connection, troubles, backoff)
  const pool = createBodyPool(bodyBytes, bodies)
  const concurrency = createConcurrency({ most: bodies })
  const schemas = new Map<string, Field>()
  const prepared = new Set<string>()
  const closing = new AbortController()
  let known: Contact | undefined

  const targetOf = ({ columns, dataset }: Batch): string => {
    const given = columns.get('data_stream.namespace')
    return targetName(dataset, given?.kind === 'constant' ? String(given.value) : namespace)
  }

  const contact = async (signal: AbortSignal, asked: AskOptions = {}): Promise<Contact> => {
    if (known !== undefined) return known
    const engine = await detectEngine(ask, signal, asked)
    const targets = createTargets(ask, engine, options.report ?? (() => undefined))
    const bulk = createBulk({
      connection,
      ask,
      targets,
      troubles,
      pool,
      concurrency,
      backoff,
      bodyBytes,
      targetOf,
      creates: installTemplates,
      requiresAlias: !engine.dataStreams,
      shared: new Set(options.shared),
    })
    known ??= { engine, targets, bulk }
    return known
  }
  const everything = targetsOf({})
  const ending = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal])

  return {
    name: 'elasticsearch',
    transactional: false,
    shared: createShared(ask),
    get trouble() {
      return troubles.text
    },
    get concurrency() {
      return concurrency.limit
    },
    async write(batches, _, signal) {
      const until = ending(signal)
      const { bulk } = await contact(until)
      await bulk(batches, until)
    },
    async prepare(datasets, _, signal) {
      const until = ending(signal)
      for (const [dataset, schema] of datasets) {
        prepared.add(dataset)
        for (const [name, field] of schema) schemas.set(name, field)
      }
      const { targets } = await contact(until)
      if (installTemplates) await targets.install(datasets, until)
    },
    async replace(batches, _, signal) {
      const until = ending(signal)
      for (const batch of batches)
        await replaceDocuments(ask, encodeURIComponent(targetOf(batch)), batch, backoff, until)
    },
    refresh: (signal) => refreshTargets(ask, everything, ending(signal)),
    search: (search, signal) => searchDocuments(ask, search, schemas as Schema, ending(signal), question),
    aggregate: (asked, signal) => aggregateDocuments(ask, asked, schemas as Schema, ending(signal), question),
    async covered(key, from, to, signal) {
      await refreshTargets(ask, everything, ending(signal))
      return coveredSpans(ask, everything, key, from, to, ending(signal))
    },
    async holds(records, signal) {
      const until = ending(signal)
      await refreshTargets(ask, everything, until)
      const ids = records.map(({ key, offset }) => documentId(key, offset))
      return heldIds(ask, everything, ids, until)
    },
    async countOf(key, signal) {
      const json = { size: 0, track_total_hits: true, query: { term: { 'log.file.id': key } } }
      const query = { ...whole, filter_path: 'hits.total.value' }
      const path = `/${everything}/_search`
      const { body } = await ask({ method: 'POST', path, query, json }, ending(signal), question)
      const hits = isObject(body) && isObject(body['hits']) ? body['hits']['total'] : undefined
      return Number(isObject(hits) ? hits['value'] : 0)
    },
    async layout(datasets, space, signal) {
      const until = ending(signal)
      const laid = await layoutOf(ask, datasets, space, until)
      const overruled = await overruling(ask, datasets, space, templatePriority, until)
      return laid.map((one) => {
        const by = overruled.get(one.dataset)
        return by === undefined ? one : { ...one, overruledBy: by }
      })
    },
    async retain(rules, now, signal) {
      const until = ending(signal)
      const { engine } = await contact(until)
      await retainDocuments(ask, engine.dataStreams, [...prepared], namespace, rules, now, until)
    },
    async close() {
      closing.abort(new Error('the store was closed'))
      pool.close()
      await connection.close()
    },
  }
}
