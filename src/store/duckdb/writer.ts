import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Batch, kill, outcome } from '../../event/batch.ts'
import type { CommitRecord } from '../sink.ts'
import { stringify } from '../stringify.ts'
import { type Catalog, streamName } from './catalog.ts'
import { openWritingConnection } from './connection.ts'
import type { Database } from './database.ts'
import { createFacets, type Settled } from './facets.ts'
import { isWorld, said } from './fault.ts'
import { type Cargo, load, removeFiles } from './ingest.ts'
import { createParquet } from './parquet.ts'
import { removeRecords } from './remove-records.ts'
import { type Shape, shapeOf, withoutFacets } from './shape.ts'
import { createTables } from './tables.ts'

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
const shrinkPause = 250

export const createWriter = async (database: Database): Promise<Writer> => {
  const writing = await openWritingConnection(database)
  const { transaction, inTurn, insist } = writing
  const tables = createTables(writing)
  let seq = Number(
    (await writing.connection.runAndReadAll('SELECT coalesce(max(seq), 0) FROM commits')).getRows()[0]![0],
  )
  /** Of the last write that returned: up to here a caller's snapshot has all records. */
  let resolvedSeq = seq
  const waiting: Waiting[] = []
  const parquet = createParquet()
  const facets = createFacets()

  const seal = async (one: Waiting): Promise<void> => {
    for (const { outcome: outcomes } of one.batches)
      for (let i = 0; i < outcomes.length; i++) if (outcomes[i] === outcome.live) outcomes[i] = outcome.stored
    one.record ??= { body: stringify(await one.seal()), seq: ++seq }
  }

  const loaded = (settled: readonly Settled[]): Promise<readonly Cargo[]> =>
    load(
      parquet,
      database.incoming,
      settled,
      ({ dataset, namespace }) => writing.catalog.streams.get(streamName(dataset, namespace))!,
      ({ context }) => writing.catalog.contexts.get(JSON.stringify(context))!,
    )

  /** Kills the rows that DuckDB will not read, found by halving. */
  const killUnreadable = async (shape: Shape): Promise<void> => {
    if (shape.rows.length === 0) return
    const cargos = await loaded([{ shape, ids: new Map(), fresh: [] }])
    try {
      for (const { probe } of cargos) await writing.connection.run(probe)
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
      const settled = shapes.filter(({ rows }) => rows.length > 0).map((shape) => facets.settle(shape, writing.catalog))
      const settledShapes = settled.map(({ shape }) => shape)
      for (const shape of settledShapes) await tables.ensureColumns(shape)
      await tables.ensureContexts(settledShapes)
      await tables.ensureFacets(settledShapes)
      cargos = await loaded(settled)
      const replaced = new Set(requests.flatMap(({ replacing, batches }) => (replacing ? batches : [])))
      await transaction(async () => {
        for (const { batch, rows } of settledShapes)
          if (replaced.has(batch)) await removeRecords(writing.connection, writing.catalog, batch, rows)
        for (const { sql } of cargos) await writing.connection.run(sql)
        for (const request of requests) await seal(request)
        for (const { record } of requests)
          await writing.connection.run('INSERT INTO commits VALUES ($1, $2)', [BigInt(record!.seq), record!.body])
      })
      facets.committed(settled, writing.catalog)
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
            for (const shape of alone) await tables.ensureColumns(shape)
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
      return writing.catalog
    },
    get trouble() {
      return writing.trouble
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
            return transaction(() => change(writing.connection))
          },
          () => [signal],
        ),
      ),
    prepare: (datasets, namespace, signal) =>
      inTurn(() =>
        insist(
          async () => {
            for (const dataset of datasets) await tables.ensure(dataset, namespace, new Map())
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
              await writing.connection.run('DELETE FROM commits WHERE seq <= $1', [upTo])
              await writing.connection.run('INSERT INTO commits VALUES ($1, $2)', [upTo, body])
            }),
          () => [signal],
        ),
      )
    },
    async shrink(signal) {
      for (let attempt = 0; attempt < 20 && !signal.aborted; attempt++) {
        const done = inTurn(() => writing.connection.run('CHECKPOINT')).then(
          () => true,
          () => false,
        )
        if (await done) return true
        await sleep(shrinkPause, undefined, { signal }).catch(() => undefined)
      }
      return false
    },
    close: writing.close,
  }
}
