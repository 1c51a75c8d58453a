import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Retention } from '../store.ts'
import { type Catalog, contextsTable, facetColumn, facetTable, type Stream, slotOf } from './catalog.ts'
import { nanoseconds } from './from.ts'
import { named, quoted } from './sql-name.ts'

const first = async (connection: DuckDBConnection, sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[]> =>
  (await connection.runAndReadAll(sql, values)).getRows()[0] ?? []

const countOf = async (connection: DuckDBConnection, { name }: Pick<Stream, 'name'>): Promise<number> =>
  Number((await first(connection, `SELECT count(*) FROM ${named(name)}`))[0])

/** Removes events, and counts them by generation: else the ledger would miss what was let go on purpose. */
const remove = async (
  connection: DuckDBConnection,
  catalog: Catalog,
  { name }: Stream,
  where: string,
  values: DuckDBValue[] = [],
): Promise<void> => {
  if (catalog.contextFields.has('log.file.id'))
    await connection.run(
      `INSERT INTO removed SELECT c."log.file.id", count(*) FROM ${named(name)} e JOIN ${contextsTable} c ON c."$id" = e."$context" WHERE ${where} AND c."log.file.id" IS NOT NULL GROUP BY 1 ON CONFLICT (generation) DO UPDATE SET events = events + excluded.events`,
      values,
    )
  await connection.run(`DELETE FROM ${named(name)} AS e WHERE ${where}`, values)
}

const removeBefore = async (
  connection: DuckDBConnection,
  catalog: Catalog,
  stream: Stream,
  before: bigint,
): Promise<void> => {
  if (stream.fields.has('@timestamp')) await remove(connection, catalog, stream, 'e."@timestamp" < $1', [before])
}

/** Rows that lie in the table's blocks, those too that were removed and whose blocks are still in use. */
const heldBy = async (connection: DuckDBConnection, { name }: Stream): Promise<number> => {
  const [rows] = await first(
    connection,
    `SELECT coalesce(sum(count), 0) FROM pragma_storage_info(${quoted(named(name))}) WHERE column_id = 0 AND segment_type <> 'VALIDITY'`,
  )
  return Math.max(Number(rows), await countOf(connection, { name }))
}

/**
 * Bytes an event takes, over the whole file: tables are not told apart in its blocks. Removed events keep their blocks
 * for a while; were they left out, the rest would seem larger, and more would go each time.
 */
const bytesOfEvent = async (connection: DuckDBConnection, catalog: Catalog): Promise<number> => {
  const [used] = await first(
    connection,
    'SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = current_database()',
  )
  let events = 0
  for (const stream of catalog.streams.values()) events += await heldBy(connection, stream)
  return events === 0 ? 0 : Number(used) / events
}

/** The time before which `surplus` events of these streams lie. */
const cutOff = async (
  connection: DuckDBConnection,
  streams: readonly Stream[],
  surplus: number,
): Promise<bigint | undefined> => {
  const times = streams
    .filter(({ fields }) => fields.has('@timestamp'))
    .map(({ name }) => `SELECT "@timestamp" AS t FROM ${named(name)}`)
  if (times.length === 0) return undefined
  const [time] = await first(
    connection,
    `SELECT t FROM (${times.join(' UNION ALL ')}) ORDER BY t LIMIT 1 OFFSET ${Math.max(0, surplus)}`,
  )
  return typeof time === 'bigint' ? time : undefined
}

/**
 * Removes what is too old, then what is too much, oldest first. A rule without a dataset is for all datasets that no
 * other rule names, and their sizes count together.
 */
export const retain = async (
  connection: DuckDBConnection,
  catalog: Catalog,
  rules: readonly Retention[],
  now: number,
): Promise<void> => {
  const ruled = new Set(rules.flatMap(({ dataset }) => (dataset === undefined ? [] : [dataset])))
  const streamsOf = ({ dataset }: Retention): Stream[] =>
    [...catalog.streams.values()].filter((stream) =>
      dataset === undefined ? !ruled.has(stream.dataset) : stream.dataset === dataset,
    )
  for (const rule of rules)
    if (rule.maxAge !== undefined)
      for (const stream of streamsOf(rule))
        await removeBefore(connection, catalog, stream, nanoseconds(now - rule.maxAge))
  for (const rule of rules) {
    if (rule.maxBytes === undefined) continue
    const each = await bytesOfEvent(connection, catalog)
    const streams = streamsOf(rule)
    let events = 0
    for (const stream of streams) events += await countOf(connection, stream)
    const surplus = events - Math.floor(rule.maxBytes / Math.max(each, 1))
    if (surplus <= 0) continue
    if (surplus >= events) {
      for (const stream of streams) await remove(connection, catalog, stream, 'TRUE')
      continue
    }
    const before = await cutOff(connection, streams, surplus)
    if (before !== undefined) for (const stream of streams) await removeBefore(connection, catalog, stream, before)
  }
}

/** Contexts and facets that no event refers to any more. */
export const removeOrphans = async (connection: DuckDBConnection, catalog: Catalog): Promise<void> => {
  const used = [...catalog.streams.values()].map(({ name }) => `SELECT "$context" FROM ${named(name)}`)
  const orphans = `"$id" NOT IN (${['SELECT -1', ...used].join(' UNION ')})`
  const gone = (
    await connection.runAndReadAll(`DELETE FROM ${contextsTable} WHERE ${orphans} RETURNING "$key"`)
  ).getRows()
  for (const [key] of gone) catalog.contexts.delete(String(key))
  for (const slot of catalog.slots.keys()) await removeFacets(connection, catalog, slot)
}

const removeFacets = async (connection: DuckDBConnection, catalog: Catalog, slot: string): Promise<void> => {
  const used = [...catalog.streams.values()]
    .filter(({ slots }) => slots.has(slot))
    .map(({ name }) => `SELECT ${named(facetColumn(slot))} AS id FROM ${named(name)}`)
  if (used.length === 0) return
  const orphans = `NOT EXISTS (SELECT 1 FROM (${used.join(' UNION ')}) WHERE id = "$id")`
  const sql = `DELETE FROM ${named(facetTable(slot))} WHERE ${orphans} RETURNING "$key"`
  for (const [key] of (await connection.runAndReadAll(sql)).getRows()) slotOf(catalog, slot).ids.delete(String(key))
}
