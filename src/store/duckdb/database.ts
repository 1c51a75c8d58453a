import { mkdir, readdir, rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { isOutOfMemory } from './fault.ts'
import { createMemoryLimit } from './memory-limit.ts'
import { rowGroupSize } from './row-group.ts'
import { quoted } from './sql-name.ts'
import { TooLarge } from './too-large.ts'
import { damageOf, unusable } from './unusable.ts'

export interface DuckdbOptions {
  readonly path: string
  /** Megabytes DuckDB may hold in memory while a question is answered; ingestion takes 80 of them at most. */
  readonly memory?: number
  /** Threads of DuckDB. Two take 1.4 times the CPU of one for the same rows. */
  readonly threads?: number
}

/** One file, opened by this process alone. */
export interface Database {
  readonly path: string
  /** Where files to be read in lie; the only directory beside its own that DuckDB may look into. */
  readonly incoming: string
  /**
   * A connection of its own and the memory for questions for as long as `use` takes; interrupted when the signal says
   * so. Throws `TooLarge` where the memory is not enough.
   */
  connected<T>(signal: AbortSignal | undefined, use: (connection: DuckDBConnection) => Promise<T>): Promise<T>
  /** All rows of a query. */
  rows(sql: string, values?: DuckDBValue[], signal?: AbortSignal): Promise<DuckDBValue[][]>
  connect(): Promise<DuckDBConnection>
  /** The memory there is for questions, until what it returns is called. */
  enlarge(): Promise<() => void>
  /** An error of a question as its asker should read it. */
  explained(error: unknown): unknown
  /** Opens the file anew, after an error that DuckDB itself does not come back from. */
  reopen(): Promise<void>
  close(): Promise<void>
}

/**
 * What waits in the write-ahead log before it is compressed into the file. Small values compress the same rows
 * again and again: 16 MB, the default, took 2.6 times the CPU of 256 MB; 64 MB takes no more than that, and less memory.
 */
const checkpointThreshold = '64MB'
/** Megabytes while rows come in: ingestion is as fast with 64. */
const ingestMemory = 80
/** Megabytes for questions unless told otherwise; the rest of a small machine is for others. */
const questionMemory = Math.max(128, Math.min(512, Math.floor(totalmem() / 4 / 2 ** 20)))

const attached = 'store'

/** Databases this process holds: DuckDB would open a file twice, as two databases that destroy each other. */
const held = new Set<string>()

const settingsOf = (incoming: string, temporary: string): readonly string[] => [
  `SET checkpoint_threshold = ${quoted(checkpointThreshold)}`,
  `SET temp_directory = ${quoted(temporary)}`,
  'SET preserve_insertion_order = false',
  // What a large transaction has beyond whole row groups makes a small one; merging those would rewrite all the rest.
  'SET max_vacuum_tasks = 0',
  // A file taken in is read once.
  'SET enable_external_file_cache = false',
  'SET write_buffer_row_group_count = 1',
  'SET enable_progress_bar = false',
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  `SET allowed_directories = [${quoted(`${incoming}/`)}, ${quoted(`${temporary}/`)}]`,
]

/** After it is open: nothing else may be, nor anything of this be changed. */
const locks = [
  "SET allowed_configs = ['memory_limit']",
  'SET enable_external_access = false',
  'SET lock_configuration = true',
] as const

export const openDatabase = async ({ path, memory = questionMemory, threads }: DuckdbOptions): Promise<Database> => {
  const incoming = join(dirname(path), 'incoming')
  const temporary = join(dirname(path), 'temporary')
  if (held.has(path)) throw unusable(path, new Error('Could not set lock on file: this process holds it already'))
  let instance: DuckDBInstance | undefined
  const limit = createMemoryLimit(Math.min(ingestMemory, memory), memory, async (megabytes) => {
    const connection = await instance?.connect()
    try {
      await connection?.run(`SET memory_limit = '${megabytes}MB'`)
    } finally {
      connection?.closeSync()
    }
  })
  const open = async (): Promise<void> => {
    try {
      await mkdir(incoming, { recursive: true })
      instance = await DuckDBInstance.create(':memory:', {
        threads: String(threads ?? 1),
        memory_limit: `${limit.least}MB`,
      })
      limit.reset()
      const connection = await instance.connect()
      // Before the file is opened: to read what is in its log may already take the temporary directory.
      for (const setting of settingsOf(incoming, temporary)) await connection.run(setting)
      await connection.run(`ATTACH ${quoted(path)} AS ${attached} (ROW_GROUP_SIZE ${rowGroupSize})`)
      for (const setting of locks) await connection.run(setting)
      connection.closeSync()
      // Not before the file is this process's own: until then they may be another's, about to be read.
      for (const stale of await readdir(incoming)) await rm(join(incoming, stale), { force: true, recursive: true })
    } catch (error) {
      instance?.closeSync()
      instance = undefined
      throw unusable(path, error)
    }
  }
  await open()
  held.add(path)
  const connect = async (): Promise<DuckDBConnection> => {
    if (instance === undefined) throw new Error(`${path} is closed`)
    const connection = await instance.connect()
    await connection.run(`USE ${attached}`)
    return connection
  }
  const explained = (error: unknown): unknown =>
    isOutOfMemory(error) ? new TooLarge(limit.most, error) : (damageOf(path, error) ?? error)
  const connected: Database['connected'] = async (signal, use) => {
    signal?.throwIfAborted()
    const connection = await connect()
    const interrupt = (): void => connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    let giveBack: (() => void) | undefined
    try {
      giveBack = await limit.enlarge()
      return await use(connection)
    } catch (error) {
      signal?.throwIfAborted()
      throw explained(error)
    } finally {
      signal?.removeEventListener('abort', interrupt)
      connection.closeSync()
      giveBack?.()
    }
  }
  return {
    path,
    incoming,
    connect,
    connected,
    enlarge: () => limit.enlarge(),
    explained,
    rows: (sql, values, signal) =>
      connected(signal, async (connection) => (await connection.runAndReadAll(sql, values)).getRows()),
    async reopen() {
      instance?.closeSync()
      instance = undefined
      await open()
    },
    async close() {
      if (instance === undefined) return
      await limit.close()
      instance.closeSync()
      instance = undefined
      held.delete(path)
    },
  }
}
