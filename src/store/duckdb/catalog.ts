import type { DuckDBConnection } from '@duckdb/node-api'
import { type Field, fieldOf } from '../../event/field.ts'
import type { Held } from './held-type.ts'
import { sameHeld, sqlType, widened } from './held-type.ts'
import { named, quoted } from './sql-name.ts'

/**
 * How events lie in the file. Each dataset of a namespace has a table of its own, so that a row costs nothing for
 * the fields of other datasets. What is the same for every row of a batch (host, path, generation, dataset) lies
 * once in `contexts`, to which a row refers. This, made-up ids and columns only where there is a value save a third of
 * the CPU.
 *
 *     streams(name, dataset, namespace)             one row a table of events
 *     fields(stream, name, type, list)              its columns; of `contexts` too
 *     "logs-<dataset>-<namespace>"("$context", …)   one column a field; `<text field>.tokens`, `@timestamp.digits`; `$<slot>`
 *     "facets.<slot>"("$id", "$key", …)             what columns of few values hold together, once: an agent, a country
 *     contexts("$id", "$key", …)                    `$key`: the row as JSON, to find it again; `$derived`
 *     commits(seq, body)                            sealed records, as JSON text
 *     removed(generation, events)                   what retention removed, so that the ledger can be compared
 */
export interface Stream {
  /** Of its table. */
  readonly name: string
  readonly dataset: string
  readonly namespace: string
  /** Columns by field name, in the order they came. */
  readonly fields: Map<string, Held>
  /** Slots to whose tables its rows refer. */
  readonly slots: Set<string>
}

/** A table of facets. */
export interface Slot {
  readonly fields: Map<string, Held>
  /** Of the facets added last, by key. */
  readonly ids: Map<string, number>
  nextId: number
}

export interface Catalog {
  readonly streams: Map<string, Stream>
  readonly slots: Map<string, Slot>
  /** Fields that may lie in `contexts`. All are keywords. */
  readonly contextFields: Set<string>
  /** Contexts by key. */
  readonly contexts: Map<string, number>
  nextContext: number
}

/** A copy to be changed in a transaction while questions are still planned by what the file holds. */
export const draftOf = (catalog: Catalog): Catalog => ({
  ...catalog,
  streams: new Map(
    [...catalog.streams].map(([name, stream]) => [
      name,
      { ...stream, fields: new Map(stream.fields), slots: new Set(stream.slots) },
    ]),
  ),
  slots: new Map([...catalog.slots].map(([name, slot]) => [name, { ...slot, fields: new Map(slot.fields) }])),
  contextFields: new Set(catalog.contextFields),
})

export const contextsTable = 'contexts'

export const streamName = (dataset: string, namespace: string): string => `logs-${dataset}-${namespace}`

export const facetTable = (slot: string): string => `facets.${slot}`
export const facetColumn = (slot: string): string => `$${slot}`

export const slotOf = ({ slots }: Pick<Catalog, 'slots'>, name: string): Slot => {
  const slot = slots.get(name) ?? { fields: new Map(), ids: new Map(), nextId: 0 }
  slots.set(name, slot)
  return slot
}

const layout = [
  'CREATE TABLE IF NOT EXISTS streams(name VARCHAR, dataset VARCHAR, namespace VARCHAR)',
  'CREATE TABLE IF NOT EXISTS fields(stream VARCHAR, name VARCHAR, type VARCHAR, list BOOLEAN)',
  `CREATE TABLE IF NOT EXISTS ${contextsTable}("$id" INTEGER, "$key" VARCHAR)`,
  'CREATE TABLE IF NOT EXISTS commits(seq BIGINT, body VARCHAR)',
  'CREATE TABLE IF NOT EXISTS removed(generation VARCHAR PRIMARY KEY, events BIGINT)',
]

/** Facets whose keys are read when the file is opened. */
const mostLoaded = 1 << 14

/** Reads what the file holds, making it where it is new. */
export const loadCatalog = async (connection: DuckDBConnection): Promise<Catalog> => {
  for (const sql of layout) await connection.run(sql)
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
  const streams = new Map<string, Stream>()
  for (const [name, dataset, namespace] of await rowsOf('SELECT name, dataset, namespace FROM streams ORDER BY name'))
    streams.set(String(name), {
      name: String(name),
      dataset: String(dataset),
      namespace: String(namespace),
      fields: new Map(),
      slots: new Set(),
    })
  const slots = new Map<string, Slot>()
  const contextFields = new Set<string>()
  for (const [stream, name, type, list] of await rowsOf('SELECT stream, name, type, list FROM fields ORDER BY rowid')) {
    const slot = /^facets\.(.+)$/.exec(String(stream))?.[1]
    if (stream === contextsTable) contextFields.add(String(name))
    else if (slot !== undefined)
      slotOf({ slots }, slot).fields.set(String(name), { type: type as Held['type'], list: list === true })
    else if (type === 'facet') streams.get(String(stream))?.slots.add(String(name).slice(1))
    else streams.get(String(stream))?.fields.set(String(name), { type: type as Held['type'], list: list === true })
  }
  for (const [name, slot] of slots)
    for (const [id, key] of await rowsOf(
      `SELECT "$id", "$key" FROM ${named(facetTable(name))} ORDER BY "$id" DESC LIMIT ${mostLoaded}`,
    )) {
      slot.ids.set(String(key), Number(id))
      slot.nextId = Math.max(slot.nextId, Number(id) + 1)
    }
  const contexts = new Map<string, number>()
  let nextContext = 0
  for (const [id, key] of await rowsOf(`SELECT "$id", "$key" FROM ${contextsTable}`)) {
    contexts.set(String(key), Number(id))
    nextContext = Math.max(nextContext, Number(id) + 1)
  }
  return { streams, slots, contextFields, contexts, nextContext }
}

/** Columns beside its own that a field has. */
export const companions = (name: string, held: Held): readonly { readonly name: string; readonly type: string }[] => {
  if (held.type === 'text') return [{ name: `${name}.tokens`, type: held.list ? 'VARCHAR[]' : 'VARCHAR' }]
  return name === '@timestamp' ? [{ name: `${name}.digits`, type: 'UTINYINT' }] : []
}

const addField = async (connection: DuckDBConnection, stream: Stream, name: string, held: Held): Promise<void> => {
  for (const column of [{ name, type: sqlType(held) }, ...companions(name, held)])
    await connection.run(
      `ALTER TABLE ${named(stream.name)} ADD COLUMN IF NOT EXISTS ${named(column.name)} ${column.type}`,
    )
  await connection.run(
    `INSERT INTO fields VALUES (${quoted(stream.name)}, ${quoted(name)}, ${quoted(held.type)}, ${held.list})`,
  )
  stream.fields.set(name, held)
}

/** A dataset's grammar may change its mind about a type; what was stored under the old one is kept. */
const widenField = async (
  connection: DuckDBConnection,
  stream: Stream,
  name: string,
  from: Held,
  to: Held,
): Promise<void> => {
  const column = named(name)
  const value = to.list && !from.list ? `CASE WHEN ${column} IS NOT NULL THEN [${column}] END` : column
  if (sqlType(from) !== sqlType(to))
    await connection.run(
      `ALTER TABLE ${named(stream.name)} ALTER COLUMN ${column} SET DATA TYPE ${sqlType(to)} USING ${value}`,
    )
  for (const companion of companions(name, to))
    await connection.run(
      `ALTER TABLE ${named(stream.name)} ADD COLUMN IF NOT EXISTS ${named(companion.name)} ${companion.type}`,
    )
  await connection.run(
    `UPDATE fields SET type = ${quoted(to.type)}, list = ${to.list} WHERE stream = ${quoted(stream.name)} AND name = ${quoted(name)}`,
  )
  stream.fields.set(name, to)
}

/** Makes the table and the columns that are missing. Each change is durable before the next. */
export const ensureStream = async (
  connection: DuckDBConnection,
  catalog: Catalog,
  dataset: string,
  namespace: string,
  wanted: ReadonlyMap<string, Held>,
): Promise<Stream> => {
  const name = streamName(dataset, namespace)
  let stream = catalog.streams.get(name)
  if (stream === undefined) {
    await connection.run(`CREATE TABLE IF NOT EXISTS ${named(name)}("$context" INTEGER)`)
    await connection.run(`INSERT INTO streams VALUES (${quoted(name)}, ${quoted(dataset)}, ${quoted(namespace)})`)
    stream = { name, dataset, namespace, fields: new Map(), slots: new Set() }
    catalog.streams.set(name, stream)
  }
  for (const [field, held] of wanted) {
    const have = stream.fields.get(field)
    if (have === undefined) await addField(connection, stream, field, held)
    else {
      const wide = widened(have, held)
      if (!sameHeld(wide, have)) await widenField(connection, stream, field, have, wide)
    }
  }
  return stream
}

/** Makes the table of the slot, its columns, and the stream's column that refers to it. */
export const ensureSlot = async (
  connection: DuckDBConnection,
  catalog: Catalog,
  stream: Stream,
  slot: string,
  wanted: ReadonlyMap<string, Held>,
): Promise<void> => {
  const { fields } = slotOf(catalog, slot)
  const table = facetTable(slot)
  if (fields.size === 0)
    await connection.run(`CREATE TABLE IF NOT EXISTS ${named(table)}("$id" INTEGER, "$key" VARCHAR)`)
  for (const [name, held] of wanted) {
    if (fields.has(name)) continue
    await connection.run(`ALTER TABLE ${named(table)} ADD COLUMN IF NOT EXISTS ${named(name)} ${sqlType(held)}`)
    await connection.run(
      `INSERT INTO fields VALUES (${quoted(table)}, ${quoted(name)}, ${quoted(held.type)}, ${held.list})`,
    )
    fields.set(name, held)
  }
  if (stream.slots.has(slot)) return
  const column = facetColumn(slot)
  await connection.run(`ALTER TABLE ${named(stream.name)} ADD COLUMN IF NOT EXISTS ${named(column)} INTEGER`)
  await connection.run(`INSERT INTO fields VALUES (${quoted(stream.name)}, ${quoted(column)}, 'facet', false)`)
  stream.slots.add(slot)
}

export const ensureContextFields = async (
  connection: DuckDBConnection,
  catalog: Catalog,
  names: Iterable<string>,
): Promise<void> => {
  for (const name of names) {
    if (catalog.contextFields.has(name)) continue
    await connection.run(`ALTER TABLE ${contextsTable} ADD COLUMN IF NOT EXISTS ${named(name)} VARCHAR`)
    await connection.run(`INSERT INTO fields VALUES (${quoted(contextsTable)}, ${quoted(name)}, 'keyword', false)`)
    catalog.contextFields.add(name)
  }
}

/** What the store knows of a field: of the table, else as the first stream that has it holds it. */
export const knownField = (catalog: Catalog, name: string): Held | undefined => {
  const field: Field | undefined = fieldOf(name)
  if (field !== undefined) return { type: field.type, list: field.list === true }
  let known: Held | undefined
  for (const { fields } of [...catalog.streams.values(), ...catalog.slots.values()]) {
    const held = fields.get(name)
    if (held !== undefined) known = known === undefined ? held : widened(known, held)
  }
  return known ?? (catalog.contextFields.has(name) ? { type: 'keyword', list: false } : undefined)
}
