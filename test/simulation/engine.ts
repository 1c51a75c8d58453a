import type { Random } from '../../src/service/demo/random.ts'
import type { World } from './world.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly json: unknown
  readonly bulk: Buffer | undefined
}
export type Answer = { readonly status: number; readonly text: string } | 'reset'

/** A document as a store holds it. */
export interface Stored {
  readonly id: string
  readonly key: string
  readonly path: string
  readonly offset: number
  readonly length: number
  readonly message: string
}
interface Indexed extends Stored {
  readonly index: string
  /** Found by searches only after a refresh. */
  visible: boolean
}

/** What the engine does wrong at present, each as a share of requests. */
export interface EngineFaults {
  away: boolean
  /** 429 or 503 to the whole request. */
  refuses: number
  /** The connection is cut before, or after the request took effect. */
  resets: number
  /** Items of a bulk request that are refused with 429. */
  items: number
  /** An answer that is none. */
  nonsense: number
  redirects: number
}
export const noFaults = (): EngineFaults => ({
  away: false,
  refuses: 0,
  resets: 0,
  items: 0,
  nonsense: 0,
  redirects: 0,
})

/**
 * A model of an engine: documents by index and id, `create` refused with 409 where the writing index holds the id (and
 * taken again after a rollover, as real ones do), searches that see only what was refreshed.
 */
export interface Engine {
  readonly faults: EngineFaults
  readonly documents: readonly Stored[]
  ask(asked: Asked): Promise<Answer>
  rollOver(): void
  /** Told of each document as it is stored. */
  onStored: (document: Stored) => void
  /** And of each that goes to the failure store. */
  onRedirected: (document: Stored) => void
}

let present: Engine | undefined
export const connectTo = (engine: Engine): void => {
  present = engine
}
export const presentEngine = (): Engine => {
  if (present === undefined) throw new Error('no engine is simulated now')
  return present
}

const ok = (body: object): Answer => ({
  status: 200,
  text: JSON.stringify({ timed_out: false, _shards: { failed: 0 }, ...body }),
})
const refusal = (status: number, type: string, reason: string): Answer => ({
  status,
  text: JSON.stringify({ error: { type, reason }, status }),
})

/** The document of a bulk line, flattened to what the model looks at. */
export const storedOf = (id: string, document: Record<string, unknown>): Stored => {
  const log = document['log'] as { offset: number; length: number; file: { id: string; path: string } }
  const { file, offset, length } = log
  return { id, key: file.id, path: file.path, offset, length, message: String(document['message']) }
}

/** Messages that the mapping does not take. */
/** Generations there are documents of, and where the last of each begins. */
export const reachOf = (documents: readonly Stored[]) =>
  [...Map.groupBy(documents, ({ key }) => key)].map(([key, all]) => ({
    by: { 'log.file.id': key, 'log.file.path': all[0]!.path },
    count: all.length,
    last: Math.max(...all.map(({ offset }) => offset)),
  }))

export const isPoison = (message: string): boolean => message.includes('poison')

export const createEngine = (world: World, random: Random): Engine => {
  const documents: Indexed[] = []
  const streams = new Set<string>()
  const templates = new Map<string, unknown>()
  const written = new Map<string, Set<string>>()
  const redirected = new Set<string>()
  let generation = 1

  const writeIndex = (target: string): string => `.ds-${target}-${generation}`

  const create = (target: string, id: string, document: Record<string, unknown>): object => {
    if (!streams.has(target)) return { status: 404, error: { type: 'index_not_found_exception', reason: target } }
    if (random.chance(engine.faults.items))
      return { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } }
    const stored = storedOf(id, document)
    if (isPoison(stored.message))
      return { status: 400, error: { type: 'mapper_parsing_exception', reason: 'failed to parse field [message]' } }
    if (random.chance(engine.faults.redirects)) {
      redirected.add(id)
      engine.onRedirected(stored)
      return { status: 201, failure_store: 'used' }
    }
    const index = writeIndex(target)
    const ids = written.get(index) ?? new Set<string>()
    written.set(index, ids)
    if (ids.has(id) || redirected.has(id))
      return { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'exists' } }
    ids.add(id)
    const indexed = { ...stored, index, visible: false }
    documents.push(indexed)
    world.trace(() => `  stored ${id}`)
    engine.onStored(indexed)
    return { status: 201 }
  }

  const bulk = (target: string, bytes: Buffer, most: number): Answer => {
    const lines = bytes.toString().split('\n')
    const items: object[] = []
    for (let i = 0; i + 1 < lines.length; i += 2) {
      if (items.length >= most) break
      const { create: action } = JSON.parse(lines[i]!) as { create: { _id: string; _index?: string } }
      const document = JSON.parse(lines[i + 1]!) as Record<string, unknown>
      const item = create(action._index ?? target, action._id, document)
      items.push({ create: { _id: action._id, ...item } })
    }
    const errors = items.some((item) => (item as { create: { status: number } }).create.status >= 300)
    return { status: 200, text: `{"took":1,"errors":${errors},"items":${JSON.stringify(items)}}` }
  }

  const search = (json: unknown): Answer => {
    const asked = json as {
      aggs?: unknown
      query: {
        ids?: { values: string[] }
        term?: { 'log.file.id': string }
        bool?: {
          filter: [
            { term: { 'log.file.id': string } },
            { range: { 'log.offset': { gte?: number; gt?: number; lt: number } } },
          ]
        }
      }
    }
    const visible = documents.filter((document) => document.visible)
    const { ids, term, bool } = asked.query
    if (asked.aggs !== undefined) {
      // Which generations there are, and how far each reaches: what is asked where the record of files is missing.
      const buckets = reachOf(visible).map(({ by, count, last }) => ({
        key: by,
        doc_count: count,
        m0: { count, max: last },
      }))
      return ok({ aggregations: { groups: { buckets } } })
    }
    if (ids !== undefined) {
      const wanted = new Set(ids.values)
      return ok({ hits: { hits: visible.filter(({ id }) => wanted.has(id)).map(({ id }) => ({ _id: id })) } })
    }
    if (term !== undefined)
      return ok({ hits: { total: { value: visible.filter(({ key }) => key === term['log.file.id']).length } } })
    const [{ term: which }, { range }] = bool!.filter
    const { gte = Number.NEGATIVE_INFINITY, gt = Number.NEGATIVE_INFINITY, lt } = range['log.offset']
    const hits = visible
      .filter(({ key, offset }) => key === which['log.file.id'] && offset >= gte && offset > gt && offset < lt)
      .sort((a, b) => a.offset - b.offset)
      .map(({ offset, length }) => ({ _source: { log: { offset, length } } }))
    return ok({ hits: { hits } })
  }

  const answer = ({ method, path, json, bulk: body }: Asked, most: number): Answer => {
    if (path === '/') return ok({ version: { number: '8.19.0' } })
    if (body !== undefined) return bulk(decodeURIComponent(path.split('/')[1]!), body, most)
    if (path.endsWith('/_search')) return search(json)
    if (path.endsWith('/_refresh')) {
      for (const document of documents) document.visible = true
      return ok({})
    }
    if (path.startsWith('/_data_stream/')) {
      const name = decodeURIComponent(path.slice('/_data_stream/'.length))
      if (method === 'PUT') streams.add(name)
      return streams.has(name) ? ok({ data_streams: [] }) : refusal(404, 'index_not_found_exception', name)
    }
    if (path === '/_index_template/tailrace-*')
      return ok({
        index_templates: [...templates].map(([name, template]) => ({ name, index_template: template })),
      })
    if (path.startsWith('/_index_template/')) templates.set(decodeURIComponent(path.split('/')[2]!), json)
    return ok({})
  }

  const engine: Engine = {
    faults: noFaults(),
    documents,
    rollOver: () => {
      generation++
    },
    onStored: () => {},
    onRedirected: () => {},
    ask(asked) {
      const { faults } = engine
      const given =
        asked.bulk === undefined ? JSON.stringify(asked.json ?? '').slice(0, 200) : `${asked.bulk.length} bytes`
      const what = `${asked.method} ${asked.path} ${given}`
      const reply = (): Answer => {
        if (faults.away) return 'reset'
        if (random.chance(faults.refuses))
          return random.chance(0.5)
            ? refusal(429, 'es_rejected_execution_exception', 'too many requests')
            : refusal(503, 'unavailable', 'no shard available')
        if (random.chance(faults.resets)) {
          const luck = random.next()
          if (luck < 0.6) answer(asked, luck < 0.3 ? Number.POSITIVE_INFINITY : random.between(0, 5))
          world.trace(() => `  the connection is cut${luck < 0.6 ? ' after it took effect' : ''}`)
          return 'reset'
        }
        if (random.chance(faults.nonsense)) {
          if (random.chance(0.5)) answer(asked, Number.POSITIVE_INFINITY)
          return random.chance(0.5)
            ? { status: 200, text: '{"took":1}' }
            : { status: 200, text: '<html>gateway</html>' }
        }
        return answer(asked, Number.POSITIVE_INFINITY)
      }
      return world.operate(
        what,
        () => {
          const answered = reply()
          if (answered !== 'reset') world.trace(() => `  ${answered.status} ${answered.text.slice(0, 200)}`)
          return answered
        },
        {
          ms: 1 + random.next() * 30,
          // The process is gone, but what it had sent may still be taken in part.
          torn: () => {
            if (!faults.away) answer(asked, random.between(0, 8))
          },
        },
      )
    },
  }
  return engine
}
