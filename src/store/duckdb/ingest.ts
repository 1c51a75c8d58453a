import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Column } from '../../event/column.ts'
import { companions, facetColumn, facetTable, type Stream } from './catalog.ts'
import { writeDictionary } from './dictionary.ts'
import type { FreshFacets, Settled } from './facets.ts'
import { type Held, sqlType } from './held-type.ts'
import { writeIds, writePage, writeSame, writeTexts } from './pages.ts'
import type { ParquetWriter } from './parquet.ts'
import type { Shape } from './shape.ts'
import { named, quoted } from './sql-name.ts'
import { type Aspect, type PageSource, physicalOf } from './values.ts'

/** A file of rows and the statement that takes it in. */
export interface Cargo {
  readonly file: string
  readonly sql: string
  /** Reads all of it and stores nothing. */
  readonly probe: string
}

/** A file is ended about here: it is held whole in memory, and a larger one reads no faster. */
const fileBytes = 8 << 20

/** Milliseconds after which others on this thread get their turn. */
const longestStretch = 8

const isJson = (column: Column): boolean => {
  let inner = column
  while (inner.kind === 'dictionary') inner = inner.values
  return inner.kind === 'json'
}

/** Columns whose values come as JSON text although the table holds something else: SQL takes them apart. */
const jsonColumns = ({ columns, held }: Shape): string =>
  [...columns]
    .flatMap(([name, column]) => (isJson(column) && held.get(name)!.type !== 'flattened' ? [name] : []))
    .join(' ')

const fromJson = (column: string, held: Held): string => {
  const one = `json_extract_string(${column}, '$')`
  if (!held.list) return `CAST(${one} AS ${sqlType(held)})`
  const many = `list_transform(json_extract(${column}, '$[*]'), lambda e: json_extract_string(e, '$'))`
  return `CAST(CASE WHEN json_type(${column}) = 'ARRAY' THEN ${many} WHEN ${one} IS NOT NULL THEN [${one}] END AS ${sqlType(held)})`
}

/** Shapes that can share a file, cut where it would grow too large. */
const groups = (shapes: readonly Shape[], streamOf: (shape: Shape) => Stream): (readonly Shape[])[] => {
  const open = new Map<string, { shapes: Shape[]; bytes: number }>()
  const done: Shape[][] = []
  for (const shape of shapes) {
    if (shape.rows.length === 0) continue
    const key = `${streamOf(shape).name} ${jsonColumns(shape)}`
    const { start, end, count } = shape.batch.block
    const bytes = count * 100 + (count === 0 ? 0 : end[count - 1]! - start[0]!)
    let group = open.get(key)
    if (group !== undefined && group.bytes + bytes > fileBytes) {
      done.push(group.shapes)
      group = undefined
    }
    if (group === undefined) {
      group = { shapes: [], bytes: 0 }
      open.set(key, group)
    }
    group.shapes.push(shape)
    group.bytes += bytes
  }
  return [...done, ...[...open.values()].map(({ shapes: last }) => last)]
}

let files = 0

const sourceOf = ({ batch }: Shape, column: Column | undefined, rows: Uint32Array): PageSource => {
  const { bytes: memory, node } = batch.block.arena
  return { memory, node, column, rows }
}

/** Of a full disk half a file stays, which nobody would read. */
const writeFileOf = async (writer: ParquetWriter, incoming: string, rows: number): Promise<string> => {
  const file = join(incoming, `${++files}.parquet`)
  try {
    await writeFile(file, writer.finish(rows))
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined)
    throw error
  }
  return file
}

/** What was taken in, or never will be. */
export const removeFiles = async (cargos: readonly Cargo[]): Promise<void> => {
  for (const { file } of cargos) await rm(file, { force: true }).catch(() => undefined)
}

const cargoOf = (file: string, table: string, into: readonly string[], from: readonly string[]): Cargo => ({
  file,
  sql: `INSERT INTO ${named(table)} (${into.map(named).join(', ')}) SELECT ${from.join(', ')} FROM read_parquet(${quoted(file)})`,
  probe: `SELECT count(COLUMNS(*)) FROM (SELECT ${from.map((value, i) => `${value} AS v${i}`).join(', ')} FROM read_parquet(${quoted(file)}))`,
})

/** The facets of one slot that are not in the file yet. */
const loadFacets = async (
  writer: ParquetWriter,
  incoming: string,
  slot: string,
  fresh: readonly FreshFacets[],
): Promise<Cargo> => {
  const held = new Map(
    fresh.flatMap(({ shape, facet }) => [...facet.columns.keys()].map((name) => [name, shape.held.get(name)!])),
  )
  const into = ['$id', '$key', ...held.keys()]
  const from = into.map((_, i) => `c${i}`)
  writer.column('c0', 'int32', false)
  for (const { ids } of fresh)
    writeIds(
      writer,
      { codes: ids.map((_, i) => i) },
      ids,
      ids.map((_, i) => i),
    )
  writer.column('c1', 'text', false)
  for (const { keys } of fresh) writeTexts(writer, keys)
  for (const [i, [name, { type }]] of [...held].entries()) {
    writer.column(from[i + 2]!, physicalOf(type, 'value'), false)
    for (const { shape, facet, codes } of fresh)
      writePage(writer, type, false, 'value', sourceOf(shape, facet.columns.get(name)?.values, codes))
  }
  const rows = fresh.reduce((sum, { codes }) => sum + codes.length, 0)
  return cargoOf(await writeFileOf(writer, incoming, rows), facetTable(slot), into, from)
}

/**
 * Writes the live rows of the shapes to files in `incoming`, facets that are new before them, and says how to take
 * them in. Streams have all their columns already. The caller removes the files; where this throws there are none.
 */
export const load = async (...given: Parameters<typeof write>): Promise<readonly Cargo[]> => {
  const cargos: Cargo[] = []
  try {
    for await (const cargo of write(...given)) cargos.push(cargo)
  } catch (error) {
    await removeFiles(cargos)
    throw error
  }
  return cargos
}

async function* write(
  writer: ParquetWriter,
  incoming: string,
  settled: readonly Settled[],
  streamOf: (shape: Shape) => Stream,
  contextOf: (shape: Shape) => number,
): AsyncGenerator<Cargo> {
  const fresh = Map.groupBy(
    settled.flatMap((one) => one.fresh),
    ({ facet }) => facet.slot,
  )
  for (const [slot, facets] of fresh) yield await loadFacets(writer, incoming, slot, facets)
  const idsOf = new Map(settled.flatMap(({ ids }) => [...ids]))
  let since = performance.now()
  for (const group of groups(
    settled.map(({ shape }) => shape),
    streamOf,
  )) {
    const stream = streamOf(group[0]!)
    const names = new Set(group.flatMap(({ columns }) => [...columns.keys()]))
    const into = ['$context']
    const from = ['c0']
    writer.column('c0', 'int32', false)
    for (const shape of group) writeSame(writer, contextOf(shape), shape.rows.length)
    for (const slot of new Set(group.flatMap(({ facets }) => facets.map((facet) => facet.slot)))) {
      const source = `c${into.length}`
      writer.column(source, 'int32', false)
      for (const shape of group) {
        const facet = shape.facets.find((one) => one.slot === slot)
        if (facet === undefined) writePage(writer, 'keyword', false, 'value', sourceOf(shape, undefined, shape.rows))
        else writeIds(writer, facet, idsOf.get(facet)!, shape.rows)
      }
      into.push(facetColumn(slot))
      from.push(source)
    }
    const add = (name: string, column: string, held: Held, aspect: Aspect, raw: boolean): void => {
      const source = `c${into.length}`
      const type = raw ? 'flattened' : held.type
      const list = held.list && !raw
      writer.column(source, physicalOf(type, aspect), list)
      const sources = group.map((shape) => sourceOf(shape, shape.columns.get(name), shape.rows))
      const codings = list || aspect !== 'value' ? undefined : writeDictionary(writer, type, sources)
      for (const [i, page] of sources.entries()) writePage(writer, type, list, aspect, page, codings?.[i])
      into.push(column)
      from.push(raw ? fromJson(source, held) : source)
    }
    for (const name of names) {
      if (performance.now() - since > longestStretch) {
        await breathe()
        since = performance.now()
      }
      const held = stream.fields.get(name)!
      const raw =
        held.type !== 'flattened' && group.some(({ columns }) => columns.has(name) && isJson(columns.get(name)!))
      add(name, name, held, 'value', raw)
      for (const companion of companions(name, held))
        add(
          name,
          companion.name,
          raw ? { ...held, list: false } : held,
          held.type === 'text' ? 'tokens' : 'digits',
          false,
        )
    }
    const rows = group.reduce((sum, shape) => sum + shape.rows.length, 0)
    yield cargoOf(await writeFileOf(writer, incoming, rows), stream.name, into, from)
  }
}
