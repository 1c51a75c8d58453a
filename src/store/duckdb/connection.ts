import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Catalog, draftOf, loadCatalog } from './catalog.ts'
import type { Database } from './database.ts'
import { isFatal, isOutOfMemory, isWorld, said } from './fault.ts'
import { damageOf } from './unusable.ts'

/** The only connection that changes the file. Another one is in its place after an error that DuckDB does not come back from. */
export interface WritingConnection {
  readonly connection: DuckDBConnection
  readonly catalog: Catalog
  /** Why it does not go, while it does not. */
  readonly trouble: string | undefined
  transaction<T>(work: () => Promise<T>): Promise<T>
  /** Things happen one after the other, in the order they were asked for. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Again and again until it is done or nobody waits for it any more. */
  insist<T>(work: () => Promise<T>, waitingFor: () => readonly AbortSignal[]): Promise<T>
  /** Tables and columns: a question learns of them when they are there for every connection. */
  changeTables(work: (draft: Catalog) => Promise<unknown>): Promise<void>
  close(): Promise<void>
}

const firstPause = 250
const longestPause = 30_000
/** Memory that a question has comes back when it ends, which may be at any moment. */
const longestPauseForMemory = 2000

export const openWritingConnection = async (database: Database): Promise<WritingConnection> => {
  let connection = await database.connect()
  let catalog = await loadCatalog(connection)
  let trouble: string | undefined
  let busy: Promise<void> = Promise.resolve()
  const closing = new AbortController()

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
        const longest = isOutOfMemory(error) ? longestPauseForMemory : longestPause
        const delay = Math.min(pause, longest) * (0.75 + Math.random() / 2)
        await sleep(delay, undefined, { signal: AbortSignal.any([...signals, closing.signal]) }).catch(() => undefined)
        if (closing.signal.aborted) throw error
        if (signals.every(({ aborted }) => aborted)) throw signals[0]?.reason ?? error
        await recover(error).catch(() => undefined)
      }
    }
  }

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

  return {
    get connection() {
      return connection
    },
    get catalog() {
      return catalog
    },
    get trouble() {
      return trouble
    },
    transaction,
    inTurn,
    insist,
    changeTables,
    async close() {
      closing.abort()
      await busy
      // Else closing does it, on this thread.
      await connection.run('CHECKPOINT').catch(() => undefined)
      connection.closeSync()
    },
  }
}
