import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Batch, kill, outcome } from '../../event/batch.ts'
import type { CommitRecord } from '../sink.ts'
import { stringify } from '../stringify.ts'
import {
  type Catalog,
  contextsTable,
  draftOf,
  ensureContextFields,
  ensureSlot,
  ensureStream,
  loadCatalog,
  slotOf,
  streamName,
} from './catalog.ts'
import type { Database } from './database.ts'
import { createFacets, type Settled } from './facets.ts'
import { isFatal, isOutOfMemory, isWorld, said } from './fault.ts'
import type { Held } from './held-type.ts'
import { widened } from './held-type.ts'
import { type Cargo, load, removeFiles } from './ingest.ts'
import { createParquet } from './parquet.ts'
import { removeRecords } from './remove-records.ts'
import { type Shape, shapeOf, withoutFacets } from './shape.ts'
import { named, quoted } from './sql-name.ts'
import { damageOf } from './unusable.ts'

type Seal = () => CommitRecord | Promise<CommitRecord>

/** The one hand that changes the file. What waits is done in one transaction. */
export interface Writer {
  readonly catalog: Catalog
  readonly trouble: string | undefined
  /** `replacing`: what the store holds of these records goes in the same transaction. */
  write(batches: readonly Batch[], seal: Seal, signal: AbortSignal, replacing?: boolean): Promise<void>
  /** Runs `change` in a transaction of its own, between writes. */
  change<T>(change: (connection: DuckDBConnection) => Promise<T>, signal: AbortSignal): Promise<T>
  /** Makes tables; columns are made when the first value comes. */
  prepare(datasets: readonly string[], namespace: string, signal: AbortSignal): Promise<void>
  replaceCommits(snapshot: CommitRecord, signal: AbortSignal): Promise<void>
  /** Gives back the blocks of what was removed; false where a question under way kept it from that. */
  shrink(signal: AbortSignal): Promise<boolean>
  close(): Promise<void>
}

interface Waiting {
  readonly batches: readonly Batch[]
  readonly seal: Seal
  readonly signal: AbortSignal
  readonly replacing: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  /** Taken once: a transaction that failed is tried again with the same record. */
  record?: { readonly seq: number; readonly body: string }
}

const mostRows = 1 << 17
const firstPause = 250
const longestPause = 30_000

export const createWriter = async (database: Database): Promise<Writer> => {
  let connection = await database.connect()
  let catalog = await loadCatalog(connection)
  let seq = Number((await connection.runAndReadAll('SELECT coalesce(max(seq), 0) FROM commits')).getRows()[0]![0])
  /** Of the last write that returned: up to here a caller's snapshot has all records. */
  let resolvedSeq = seq
  let trouble: string | undefined
  const waiting: Waiting[] = []
  let busy: Promise<void> = Promise.resolve()
  const closing = new AbortController()
  const parquet = createParquet()
  const facets = createFacets()

  const transaction = async <T>(work: () => Promise<T>): Promise<T> => {
    await connection.run('BEGIN')
    try {
      const result = await work()
      await connection.run('COMMIT')
      return result
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /** Things happen one after the other, in the order they were asked for. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = busy.then(work)
    busy = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  const recover = async (error: unknown): Promise<void> => {
    if (isFatal(error)) {
      connection.closeSync()
      await database.reopen()
      connection = await database.connect()
    }
    catalog = await loadCatalog(connection)
  }

  /** What does not fit into the memory for rows gets that of questions. */
  const withRoom = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!isOutOfMemory(error) || closing.signal.aborted) throw error
      const giveBack = await database.enlarge()
      try {
        await recover(error)
        return await work()
      } finally {
        giveBack()
      }
    }
  }

  /** Again and again until it is done or nobody waits for it any more. */
  const insist = async <T>(work: () => Promise<T>, waitingFor: () => readonly AbortSignal[]): Promise<T> => {
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        const result = await withRoom(work)
        trouble = undefined
        return result
      } catch (error) {
        if (!isWorld(error)) throw error
        const { path } = database
        trouble = damageOf(path, error)?.message ?? `DuckDB cannot write to ${path}: ${said(error)}`
        const signals = waitingFor()
        const delay = pause * (0.75 + Math.random() / 2)
        await sleep(delay, undefined, { signal: AbortSignal.any([...signals, closing.signal]) }).catch(() => undefined)
        if (closing.signal.aborted) throw error
        if (signals.every(({ aborted }) => aborted)) throw signals[0]?.reason ?? error
        await recover(error).catch(() => undefined)
      }
    }
  }

  const isMissing = (dataset: string, namespace: string, wanted: ReadonlyMap<string, Held>): boolean => {
    const fields = catalog.streams.get(streamName(dataset, namespace))?.fields
    if (fields === undefined) return true
    for (const [name, held] of wanted) {
      const have = fields.get(name)
      if (have === undefined) return true
      const wide = widened(have, held)
      if (wide.type !== have.type || wide.list !== have.list) return true
    }
    return false
  }

  /** Tables and columns: a question learns of them when they are there for every connection. */
  const changeTables = async (work: (draft: Catalog) => Promise<unknown>): Promise<void> => {
    const draft = draftOf(catalog)
    try {
      await transaction(() => work(draft))
      catalog = draft
    } catch (error) {
      catalog = await loadCatalog(connection).catch(() => catalog)
      throw error
    }
  }

  const ensure = async (dataset: string, namespace: string, wanted: ReadonlyMap<string, Held>): Promise<void> => {
    if (isMissing(dataset, namespace, wanted))
      await changeTables((draft) => ensureStream(connection, draft, dataset, namespace, wanted))
  }

  const ensureColumns = async ({ dataset, namespace, columns, held, rows }: Shape): Promise<void> => {
    if (rows.length > 0)
      await ensure(dataset, namespace, new Map([...columns.keys()].map((name) => [name, held.get(name)!])))
  }

  const ensureContexts = async (shapes: readonly Shape[]): Promise<void> => {
    const names = new Set(shapes.flatMap(({ context }) => Object.keys(context)))
    if ([...names].some((name) => !catalog.contextFields.has(name)))
      await changeTables((draft) => ensureContextFields(connection, draft, names))
    const fresh: string[] = []
    const added = new Map<string, number>()
    for (const { context, rows } of shapes) {
      const key = JSON.stringify(context)
      if (rows.length === 0 || catalog.contexts.has(key) || added.has(key)) continue
      added.set(key, catalog.nextContext + added.size)
      const entries = Object.entries(context)
      fresh.push(
        `INSERT INTO ${contextsTable} (${['"$id"', '"$key"', ...entries.map(([name]) => named(name))].join(', ')}) VALUES (${[added.get(key), quoted(key), ...entries.map(([, value]) => quoted(value))].join(', ')})`,
      )
    }
    if (fresh.length === 0) return
    await transaction(async () => {
      for (const sql of fresh) await connection.run(sql)
    })
    for (const [key, id] of added) catalog.contexts.set(key, id)
    catalog.nextContext += added.size
  }

  const seal = async (one: Waiting): Promise<void> => {
    for (const { outcome: outcomes } of one.batches)
      for (let i = 0; i < outcomes.length; i++) if (outcomes[i] === outcome.live) outcomes[i] = outcome.stored
    one.record ??= { body: stringify(await one.seal()), seq: ++seq }
  }

  const ensureFacets = async (shapes: readonly Shape[]): Promise<void> => {
    for (const { dataset, namespace, facets: wanted, held } of shapes) {
      const stream = streamName(dataset, namespace)
      for (const { slot, columns } of wanted) {
        const { fields } = slotOf(catalog, slot)
        const names = [...columns.keys()]
        if (catalog.streams.get(stream)!.slots.has(slot) && names.every((name) => fields.has(name))) continue
        const missing = new Map(names.map((name) => [name, held.get(name)!]))
        await changeTables((draft) => ensureSlot(connection, draft, draft.streams.get(stream)!, slot, missing))
      }
    }
  }

  const loaded = (settled: readonly Settled[]): Promise<readonly Cargo[]> =>
    load(
      parquet,
      database.incoming,
      settled,
      ({ dataset, namespace }) => catalog.streams.get(streamName(dataset, namespace))!,
      ({ context }) => catalog.contexts.get(JSON.stringify(context))!,
    )

  /** Kills the rows that DuckDB will not read, found by halving. */
  const killUnreadable = async (shape: Shape): Promise<void> => {
    if (shape.rows.length === 0) return
    const cargos = await loaded([{ shape, ids: new Map(), fresh: [] }])
    try {
      for (const { probe } of cargos) await connection.run(probe)
    } catch (error) {
      if (isWorld(error)) throw error
      const half = shape.rows.length >> 1
      if (half === 0) {
        kill(shape.batch, shape.rows[0]!, { stage: 'store', code: 'rejected_by_store', reason: said(error) })
        return
      }
      await killUnreadable({ ...shape, rows: shape.rows.subarray(0, half) })
      await killUnreadable({ ...shape, rows: shape.rows.subarray(half) })
    } finally {
      await removeFiles(cargos)
    }
  }

  const store = async (shapes: readonly Shape[], requests: readonly Waiting[]): Promise<void> => {
    let cargos: readonly Cargo[] = []
    try {
      const settled = shapes.filter(({ rows }) => rows.length > 0).map((shape) => facets.settle(shape, catalog))
      const settledShapes = settled.map(({ shape }) => shape)
      for (const shape of settledShapes) await ensureColumns(shape)
      await ensureContexts(settledShapes)
      await ensureFacets(settledShapes)
      cargos = await loaded(settled)
      const replaced = new Set(requests.flatMap(({ replacing, batches }) => (replacing ? batches : [])))
      await transaction(async () => {
        for (const { batch, rows } of settledShapes)
          if (replaced.has(batch)) await removeRecords(connection, catalog, batch, rows)
        for (const { sql } of cargos) await connection.run(sql)
        for (const request of requests) await seal(request)
        for (const { record } of requests)
          await connection.run('INSERT INTO commits VALUES ($1, $2)', [BigInt(record!.seq), record!.body])
      })
      facets.committed(settled, catalog)
    } catch (error) {
      facets.forget()
      throw error
    } finally {
      await removeFiles(cargos)
    }
  }

  const take = (): Waiting[] => {
    let rows = 0
    let count = 0
    while (count < waiting.length && (count === 0 || rows < mostRows))
      rows += waiting[count++]!.batches.reduce((sum, batch) => sum + batch.count, 0)
    return waiting.splice(0, count)
  }

  /** Rows in doubt are on their way again. */
  const revive = ({ batches }: Waiting): void => {
    for (const { outcome: outcomes } of batches)
      for (let i = 0; i < outcomes.length; i++) if (outcomes[i] === outcome.stored) outcomes[i] = outcome.live
  }

  const writeWaiting = async (): Promise<void> => {
    let requests = take()
    let shapes: readonly Shape[] = []
    const dropAborted = (): void => {
      for (const gone of requests.filter(({ signal }) => signal.aborted)) {
        revive(gone)
        gone.reject(gone.signal.reason)
      }
      requests = requests.filter(({ signal }) => !signal.aborted)
    }
    try {
      await insist(
        async () => {
          dropAborted()
          if (requests.length === 0) return
          for (const request of requests) revive(request)
          shapes = requests.flatMap(({ batches }) => batches.map(shapeOf))
          try {
            await store(shapes, requests)
          } catch (error) {
            if (isWorld(error)) throw error
            // A value that many rows share can only be refused with each of them.
            const alone = shapes.map(withoutFacets)
            for (const shape of alone) await ensureColumns(shape)
            for (const shape of alone) await killUnreadable(shape)
            for (const request of requests) revive(request)
            await store(
              requests.flatMap(({ batches }) => batches.map(shapeOf).map(withoutFacets)),
              requests,
            )
          }
        },
        () => requests.map(({ signal }) => signal),
      )
      for (const { resolve, record } of requests) {
        resolvedSeq = record!.seq
        resolve()
        // What the caller does with the record is done before the next is told.
        await breathe()
      }
    } catch (error) {
      for (const request of requests) {
        revive(request)
        request.reject(error)
      }
    }
  }

  return {
    get catalog() {
      return catalog
    },
    get trouble() {
      return trouble
    },
    write(batches, sealing, signal, replacing = false) {
      return new Promise((resolve, reject) => {
        waiting.push({ batches, seal: sealing, signal, replacing, resolve, reject })
        void inTurn(async () => {
          if (waiting.length > 0) await writeWaiting()
        })
      })
    },
    change: (change, signal) =>
      inTurn(() =>
        insist(
          () => {
            // What is removed must not be referred to.
            facets.forget()
            return transaction(() => change(connection))
          },
          () => [signal],
        ),
      ),
    prepare: (datasets, namespace, signal) =>
      inTurn(() =>
        insist(
          async () => {
            for (const dataset of datasets) await ensure(dataset, namespace, new Map())
          },
          () => [signal],
        ),
      ),
    replaceCommits(snapshot, signal) {
      const upTo = BigInt(resolvedSeq)
      const body = stringify(snapshot)
      return inTurn(() =>
        insist(
          () =>
            transaction(async () => {
              await connection.run('DELETE FROM commits WHERE seq <= $1', [upTo])
              await connection.run('INSERT INTO commits VALUES ($1, $2)', [upTo, body])
            }),
          () => [signal],
        ),
      )
    },
    async shrink(signal) {
      for (let attempt = 0; attempt < 20 && !signal.aborted; attempt++) {
        const done = inTurn(() => connection.run('CHECKPOINT')).then(
          () => true,
          () => false,
        )
        if (await done) return true
        await sleep(firstPause, undefined, { signal }).catch(() => undefined)
      }
      return false
    },
    async close() {
      closing.abort()
      await busy
      // Else closing does it, on this thread.
      await connection.run('CHECKPOINT').catch(() => undefined)
      connection.closeSync()
    },
  }
}
