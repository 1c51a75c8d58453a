/** The baseline of `embed`: FILE line by line to NDJSON files that DuckDB reads into a table of the database DB. */
import { createReadStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { DuckDBInstance } from '@duckdb/node-api'
import { eventOf } from '../support/line-by-line.ts'

const [file, database] = process.argv.slice(2) as [string, string]
const batchBytes = 8 << 20
const batch = `${database}.ndjson`
const instance = await DuckDBInstance.create(database, { threads: '1' })
const connection = await instance.connect()
let pending: string[] = []
let size = 0
let made = false

const store = async (): Promise<void> => {
  await writeFile(batch, `${pending.join('\n')}\n`)
  const rows = `read_json('${batch}', format = 'newline_delimited')`
  await connection.run(
    made ? `INSERT INTO events BY NAME SELECT * FROM ${rows}` : `CREATE TABLE events AS FROM ${rows}`,
  )
  made = true
  pending = []
  size = 0
}

let offset = 0
for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
  const document = JSON.stringify({ ...(eventOf(line) ?? { message: line }), log: { file: { path: file }, offset } })
  offset += Buffer.byteLength(line) + 1
  pending.push(document)
  size += document.length
  if (size >= batchBytes) await store()
}
if (pending.length > 0) await store()
connection.closeSync()
instance.closeSync()
await rm(batch)
