import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Column } from '../../event/column.ts'
import { companions, type Stream } from './catalog.ts'
import { writeDictionary } from './dictionary.ts'
import { type Held, sqlType } from './held-type.ts'
import { writePage, writeSame } from './pages.ts'
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

/**
 * Writes the live rows of the shapes to files in `incoming` and says how to take them in. Streams have all their
 * columns already. The caller removes the files.
 */
export const load = async (
  writer: ParquetWriter,
  incoming: string,
  shapes: readonly Shape[],
  streamOf: (shape: Shape) => Stream,
  contextOf: (shape: Shape) => number,
): Promise<readonly Cargo[]> => {
  const cargos: Cargo[] = []
  let since = performance.now()
  for (const group of groups(shapes, streamOf)) {
    const stream = streamOf(group[0]!)
    const names = new Set(group.flatMap(({ columns }) => [...columns.keys()]))
    const into = [named('$context')]
    const from = ['c0']
    writer.column('c0', 'int32', false)
    for (const shape of group) writeSame(writer, contextOf(shape), shape.rows.length)
    const add = (name: string, column: string, held: Held, aspect: Aspect, raw: boolean): void => {
      const source = `c${into.length}`
      const type = raw ? 'flattened' : held.type
      const list = held.list && !raw
      writer.column(source, physicalOf(type, aspect), list)
      const sources = group.map(({ batch, columns, rows }): PageSource => {
        const { bytes: memory, node } = batch.block.arena
        return { memory, node, column: columns.get(name), rows }
      })
      const codings = list || aspect !== 'value' ? undefined : writeDictionary(writer, type, sources)
      for (const [i, page] of sources.entries()) writePage(writer, type, list, aspect, page, codings?.[i])
      into.push(named(column))
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
    const values = from.map((value, i) => `${value} AS v${i}`).join(', ')
    const file = join(incoming, `${++files}.parquet`)
    await writeFile(file, writer.finish(group.reduce((sum, { rows }) => sum + rows.length, 0)))
    cargos.push({
      file,
      sql: `INSERT INTO ${named(stream.name)} (${into.join(', ')}) SELECT ${from.join(', ')} FROM read_parquet(${quoted(file)})`,
      probe: `SELECT count(COLUMNS(*)) FROM (SELECT ${values} FROM read_parquet(${quoted(file)}))`,
    })
  }
  return cargos
}
