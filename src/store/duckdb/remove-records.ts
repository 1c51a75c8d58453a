import type { DuckDBConnection } from '@duckdb/node-api'
import type { Batch } from '../../event/batch.ts'
import { type Catalog, contextsTable } from './catalog.ts'
import { named } from './sql-name.ts'

const atOnce = 1000

/** Removes the events of these rows' records, of whatever dataset they were. */
export const removeRecords = async (
  connection: DuckDBConnection,
  { streams, contextFields }: Catalog,
  { block }: Batch,
  rows: Uint32Array,
): Promise<void> => {
  if (!contextFields.has('log.file.id')) return
  for (const { name, fields } of streams.values()) {
    if (!fields.has('log.offset')) continue
    for (let first = 0; first < rows.length; first += atOnce) {
      const offsets = [...rows.subarray(first, first + atOnce)].map((row) => BigInt(block.from[row]!))
      await connection.run(
        `DELETE FROM ${named(name)} WHERE "$context" IN (SELECT "$id" FROM ${contextsTable} WHERE "log.file.id" = ?) AND "log.offset" IN (${offsets.map(() => '?').join(', ')})`,
        [block.origin.key, ...offsets],
      )
    }
  }
}
