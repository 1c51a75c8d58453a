import { toSql } from '../../query/sql.ts'
import type { Leaf, Query } from '../../query/tree.ts'
import { type Catalog, contextsTable, facetColumn, facetTable, knownField, type Stream } from './catalog.ts'
import { derivedField, derivedFrom, derivedMark, derivedSql } from './derived.ts'
import { type Held, sqlType } from './held-type.ts'
import { named } from './sql-name.ts'

/** Which events are asked about. */
export interface Scope {
  readonly where: Query
  readonly since?: number
  readonly until?: number
  readonly datasets?: readonly string[]
  readonly namespace?: string
}

/** `SELECT … FROM <from> WHERE <where>`, with values for the `?` in order. */
export interface Scoped {
  readonly from: string
  readonly where: string
  readonly values: (string | number | bigint | boolean)[]
  /** What the columns hold, by field; a field no event has is not there. */
  readonly fields: ReadonlyMap<string, Held>
}

/** Columns that tell a row from all others, within one statement. */
export const rowKey = '"$stream", "$row"'

const leavesOf = (query: Query): readonly Leaf[] => {
  switch (query.kind) {
    case 'all':
    case 'none':
      return []
    case 'and':
    case 'or':
      return query.of.flatMap(leavesOf)
    case 'not':
      return leavesOf(query.of)
    default:
      return [query]
  }
}

const isDerived = (catalog: Catalog, { fields }: Stream): boolean =>
  fields.has('log.offset') && catalog.contextFields.has('log.file.id')

/** Slots of the stream whose tables have the field. */
const slotsWith = (catalog: Catalog, { slots }: Stream, name: string): string[] =>
  [...slots].filter((slot) => catalog.slots.get(slot)?.fields.has(name) === true)

/** Whether rows of the stream have the field themselves or by what they refer to. */
const holds = (catalog: Catalog, stream: Stream, name: string): boolean =>
  stream.fields.has(name) || slotsWith(catalog, stream, name).length > 0

/** Whether the field of some rows is made from what else they have. */
const isMade = (catalog: Catalog, stream: Stream, name: string): boolean =>
  name === derivedField && holds(catalog, stream, derivedFrom.path) && catalog.contextFields.has(derivedMark)

/** Whether a row of the stream may have the field. */
const carries = (catalog: Catalog, stream: Stream, name: string): boolean =>
  holds(catalog, stream, name) ||
  isMade(catalog, stream, name) ||
  catalog.contextFields.has(name) ||
  (name === 'event.id' && isDerived(catalog, stream))

/** A column that holds one type as another. */
const asHeld = (column: string, own: Held, wanted: Held): string => {
  if (sqlType(own) === sqlType(wanted)) return column
  if (wanted.list && !own.list)
    return `CASE WHEN ${column} IS NOT NULL THEN TRY_CAST([${column}] AS ${sqlType(wanted)}) END`
  return `TRY_CAST(${own.list && !wanted.list ? `${column}[1]` : column} AS ${sqlType(wanted)})`
}

const fieldSql = (catalog: Catalog, stream: Stream, name: string, wanted: Held): string => {
  const own = stream.fields.get(name)
  const parts: string[] = []
  if (own !== undefined) parts.push(asHeld(`e.${named(name)}`, own, wanted))
  for (const slot of slotsWith(catalog, stream, name))
    parts.push(asHeld(`${named(facetTable(slot))}.${named(name)}`, catalog.slots.get(slot)!.fields.get(name)!, wanted))
  if (catalog.contextFields.has(name))
    parts.push(wanted.list ? `CASE WHEN c.${named(name)} IS NOT NULL THEN [c.${named(name)}] END` : `c.${named(name)}`)
  if (isMade(catalog, stream, name)) {
    const keyword = { type: 'keyword', list: false } as const
    const [path, query] = [derivedFrom.path, derivedFrom.query].map((part) =>
      holds(catalog, stream, part) ? fieldSql(catalog, stream, part, keyword) : undefined,
    )
    parts.push(asHeld(derivedSql(path!, query), keyword, wanted))
  }
  if (name === 'event.id' && isDerived(catalog, stream)) parts.push(`c."log.file.id" || '-' || e."log.offset"`)
  if (parts.length === 0) return `NULL::${sqlType(wanted)}`
  return parts.length === 1 ? parts[0]! : `coalesce(${parts.join(', ')})`
}

const companionOf = (stream: Stream, name: string, column: string, type: string): string => {
  const own = stream.fields.get(name)
  const there = own !== undefined && (name === '@timestamp' || own.type === 'text')
  return `${there ? `e.${named(column)}` : `NULL::${type}`} AS ${named(column)}`
}

/** Every row has its context; where nothing of it is asked, to look it up would double the cost of a count. */
const needsContexts = (catalog: Catalog, names: Iterable<string>): boolean => {
  for (const name of names)
    if (catalog.contextFields.has(name) || name === 'event.id' || name === derivedField) return true
  return false
}

interface TableOptions {
  /** With the columns of `rowKey`. */
  readonly keyed?: boolean
  /** A table that has the columns of `rowKey`: only the rows that it names. */
  readonly among?: string
}

/** The streams asked about as one table of the named fields. */
const tableOf = (
  catalog: Catalog,
  streams: readonly Stream[],
  fields: ReadonlyMap<string, Held>,
  { keyed = false, among }: TableOptions,
): string => {
  const nothing = keyed ? '0 AS "$stream", 0 AS "$row", 0 AS "$none"' : '0 AS "$none"'
  if (streams.length === 0) return `(SELECT ${nothing} WHERE FALSE) AS events`
  const branches = streams.map((stream, at) => {
    const columns = keyed ? [`${at} AS "$stream"`, 'e.rowid AS "$row"', '0 AS "$none"'] : ['0 AS "$none"']
    for (const [name, held] of fields) {
      columns.push(`${fieldSql(catalog, stream, name, held)} AS ${named(name)}`)
      if (held.type === 'text')
        columns.push(companionOf(stream, name, `${name}.tokens`, held.list ? 'VARCHAR[]' : 'VARCHAR'))
      if (name === '@timestamp') columns.push(companionOf(stream, name, `${name}.digits`, 'UTINYINT'))
    }
    const contexts = needsContexts(catalog, fields.keys()) ? ` JOIN ${contextsTable} c ON c."$id" = e."$context"` : ''
    const read = [...fields.keys(), ...(fields.has(derivedField) ? Object.values(derivedFrom) : [])]
    const slots = new Set(read.flatMap((name) => slotsWith(catalog, stream, name)))
    const facets = [...slots].map((slot) => {
      const table = named(facetTable(slot))
      return ` LEFT JOIN ${table} ON ${table}."$id" = e.${named(facetColumn(slot))}`
    })
    const few = among === undefined ? '' : ` JOIN ${among} p ON p."$stream" = ${at} AND p."$row" = e.rowid`
    return `SELECT ${columns.join(', ')} FROM ${named(stream.name)} e${few}${contexts}${facets.join('')}`
  })
  return `(${branches.join(' UNION ALL ')}) AS events`
}

export const streamsOf = (catalog: Catalog, { datasets, namespace }: Pick<Scope, 'datasets' | 'namespace'>): Stream[] =>
  [...catalog.streams.values()].filter(
    (stream) =>
      (datasets === undefined || datasets.includes(stream.dataset)) &&
      (namespace === undefined || namespace === stream.namespace),
  )

/** Every field that an event of these streams may have. */
export const fieldNames = (catalog: Catalog, streams: readonly Stream[]): Set<string> => {
  const names = new Set(['@timestamp', 'event.id'])
  for (const { fields, slots } of streams) {
    for (const name of fields.keys()) names.add(name)
    for (const slot of slots) for (const name of catalog.slots.get(slot)?.fields.keys() ?? []) names.add(name)
  }
  for (const name of catalog.contextFields) if (name !== derivedMark) names.add(name)
  if (streams.some((stream) => isMade(catalog, stream, derivedField))) names.add(derivedField)
  return names
}

/** What the catalog knows of the named fields that events of these streams may have. */
const heldOf = (catalog: Catalog, streams: readonly Stream[], names: Iterable<string>): Map<string, Held> => {
  const fields = new Map<string, Held>()
  for (const name of names) {
    const held = knownField(catalog, name)
    if (held !== undefined && streams.some((stream) => carries(catalog, stream, name))) fields.set(name, held)
  }
  return fields
}

/** The named fields of the rows of `among`, a table that has the columns of `rowKey` for the same scope. */
export const rowsOf = (
  catalog: Catalog,
  scope: Scope,
  names: Iterable<string>,
  among: string,
): Pick<Scoped, 'from' | 'fields'> => {
  const streams = streamsOf(catalog, scope)
  const fields = heldOf(catalog, streams, names)
  return { from: tableOf(catalog, streams, fields, { among }), fields }
}

/** Narrows to what is asked; `needed` are fields the caller reads besides those that `where` compares. */
export const scoped = (
  catalog: Catalog,
  scope: Scope,
  needed: Iterable<string>,
  options: Pick<TableOptions, 'keyed'> = {},
): Scoped => {
  const streams = streamsOf(catalog, scope)
  const fields = heldOf(catalog, streams, ['@timestamp', ...needed])
  // As the question compares them, not as they are held.
  for (const { field, type, list } of leavesOf(scope.where))
    if (streams.some((stream) => carries(catalog, stream, field))) fields.set(field, { type, list })
  const has = (column: string): boolean =>
    fields.has(column) ||
    (column.endsWith('.tokens') && fields.get(column.slice(0, -'.tokens'.length))?.type === 'text')
  const { text, values } = toSql(scope.where, has)
  const conditions = [text]
  const all = [...values]
  const limit = (operator: string, ms: number | undefined): void => {
    if (ms === undefined) return
    conditions.push(fields.has('@timestamp') ? `"@timestamp" ${operator} ?::BIGINT` : 'FALSE')
    if (fields.has('@timestamp')) all.push(nanoseconds(ms))
  }
  limit('>=', scope.since)
  limit('<', scope.until)
  return { from: tableOf(catalog, streams, fields, options), where: conditions.join(' AND '), values: all, fields }
}

const furthest = 2n ** 63n - 1n
/** Milliseconds as the file has times; what lies beyond is cut to the end. */
export const nanoseconds = (ms: number): bigint => {
  const exact = BigInt(Math.ceil(ms)) * 1_000_000n
  return exact > furthest ? furthest : exact < -furthest ? -furthest : exact
}
