import { createHash } from 'node:crypto'
import { absent, type Column, has } from '../../event/column.ts'
import { createByteTable } from '../../memory/byte-table.ts'
import { bytesOf, hashOf } from '../../memory/bytes.ts'
import { type Catalog, type Slot, slotOf } from './catalog.ts'
import { type Held, sameHeld } from './held-type.ts'
import { createParquet, type ParquetWriter } from './parquet.ts'
import type { Facet, Shape } from './shape.ts'
import { writeAspect } from './values.ts'

interface Numbered {
  /** Ids by code; `absent` where no column has a value. */
  readonly all: Uint32Array
  /** Codes that are not in the file yet, each with its id and key. */
  readonly codes: Uint32Array
  readonly ids: Uint32Array
  readonly keys: readonly string[]
}

/** Rows that a transaction adds to the table of a slot. */
export interface FreshFacets extends Numbered {
  readonly shape: Shape
  readonly facet: Facet
}

/** A batch whose facets all have ids: by code. */
export interface Settled {
  readonly shape: Shape
  readonly ids: ReadonlyMap<Facet, Uint32Array>
  readonly fresh: readonly FreshFacets[]
}

/** Gives the values that go together an id; the same id for the same values, as long as they are known. */
export interface Facets {
  /** Facets that get no ids, because there would be too many, are columns of their own again. */
  settle(shape: Shape, catalog: Catalog): Settled
  /** The rows are in the file. */
  committed(settled: readonly Settled[], catalog: Catalog): void
  /** They are not; nor may any id be used that the file might have lost. */
  forget(): void
}

/** Known at once for each slot. What is not known is looked for in the file, by its key. */
const mostKnown = 1 << 14
const mostKeyBytes = 8 << 20
/** In the file for each slot; what comes beyond is written with each row, as if there were no facets. */
const mostEver = 1 << 18

/** Values of a batch that are hardly ever the same are none worth a table. */
const isWorthIt = ({ size, columns }: Facet, rows: number): boolean =>
  columns.size > 1 ? size <= Math.max(64, rows / 4) : size <= Math.max(16, rows / 8)

const createSlot = () => {
  const table = createByteTable()
  table.reset(mostKnown)
  return { table, keys: createParquet(1 << 16), ids: [] as number[] }
}

const seed = (Math.random() * 0xffffffff) | 0
const place = new Uint32Array(1)
const encoder = new TextEncoder()

let written = bytesOf(new Uint8Array(0))

/** Writes what tells the values of a code from others: name, type and value of each there is; false: there is none. */
const keyWriter = (out: ParquetWriter, { batch, held }: Shape, { columns }: Facet): ((code: number) => boolean) => {
  const { bytes: memory, node } = batch.block.arena
  const typed = [...columns].map(([name, { values }]) => {
    const { type } = held.get(name)!
    return {
      type,
      label: encoder.encode(`${name}\n${type}\n`),
      source: { memory, node, column: values, rows: place },
    }
  })
  return (code) => {
    place[0] = code
    let any = false
    for (const { source, type, label } of typed) {
      if (!has(source.column, code)) continue
      any = true
      out.room(label.length)
      out.bytes.set(label, out.at)
      out.at += label.length
      writeAspect(out, source.column, place, 1, type, 'value', source)
    }
    return any
  }
}

/** What is forgotten here is written again under another id: no harm, and the memory is bounded. */
const remember = ({ ids: known }: Slot, keys: readonly string[], ids: Uint32Array): void => {
  if (known.size > 4 * mostKnown) known.clear()
  for (const [i, key] of keys.entries()) known.set(key, ids[i]!)
}

export const createFacets = (): Facets => {
  let slots = new Map<string, ReturnType<typeof createSlot>>()
  /** Of columns that were given ids and may not be in the file yet. */
  let types = new Map<string, Held>()

  /** A slot's table holds a field as one type; a batch that has it as another keeps it with its rows. */
  const isFit = ({ slot, columns }: Facet, { held }: Shape, catalog: Catalog): boolean => {
    const { fields } = slotOf(catalog, slot)
    for (const name of columns.keys()) {
      const have = fields.get(name) ?? types.get(`${slot} ${name}`)
      if (have !== undefined && !sameHeld(have, held.get(name)!)) return false
    }
    return true
  }

  const slotFor = (slot: string, more: number) => {
    const known = slots.get(slot)
    if (known !== undefined && known.table.count + more <= mostKnown && known.keys.at <= mostKeyBytes) return known
    const fresh = createSlot()
    slots.set(slot, fresh)
    return fresh
  }

  const idsOf = (shape: Shape, facet: Facet, catalog: Catalog): Numbered | undefined => {
    const inFile = slotOf(catalog, facet.slot)
    if (facet.size > mostKnown || inFile.nextId + facet.size > mostEver) return undefined
    const { table, keys: out, ids } = slotFor(facet.slot, facet.size)
    const writeKey = keyWriter(out, shape, facet)
    const all = new Uint32Array(facet.size)
    const fresh = new Map<string, { readonly code: number; readonly id: number }>()
    for (let code = 0; code < facet.size; code++) {
      const start = out.at
      if (!writeKey(code)) {
        all[code] = absent
        continue
      }
      if (written.memory !== out.bytes) written = bytesOf(out.bytes)
      const hash = hashOf(written, start, out.at, seed)
      const known = table.find(written, written, start, out.at, hash)
      if (known >= 0) {
        out.at = start
        all[code] = ids[known]!
        continue
      }
      const key = createHash('sha256').update(out.bytes.subarray(start, out.at)).digest('base64url')
      let id = inFile.ids.get(key) ?? fresh.get(key)?.id
      if (id === undefined) {
        id = inFile.nextId++
        fresh.set(key, { code, id })
      }
      ids[table.add(start, out.at, hash)] = id
      all[code] = id
    }
    const rows = [...fresh.values()]
    return {
      all,
      codes: Uint32Array.from(rows, ({ code }) => code),
      ids: Uint32Array.from(rows, ({ id }) => id),
      keys: [...fresh.keys()],
    }
  }

  return {
    settle(shape, catalog) {
      const ids = new Map<Facet, Uint32Array>()
      const fresh: FreshFacets[] = []
      const columns = new Map<string, Column>(shape.columns)
      const facets: Facet[] = []
      for (const facet of shape.facets) {
        const fits = isWorthIt(facet, shape.rows.length) && isFit(facet, shape, catalog)
        const found = fits ? idsOf(shape, facet, catalog) : undefined
        if (found === undefined) {
          for (const [name, column] of facet.columns) columns.set(name, column)
          continue
        }
        facets.push(facet)
        for (const name of facet.columns.keys()) types.set(`${facet.slot} ${name}`, shape.held.get(name)!)
        ids.set(facet, found.all)
        if (found.codes.length > 0) fresh.push({ shape, facet, ...found })
      }
      return { shape: { ...shape, columns, facets }, ids, fresh }
    },
    committed(settled, catalog) {
      for (const { fresh } of settled)
        for (const { facet, ids, keys } of fresh) remember(slotOf(catalog, facet.slot), keys, ids)
    },
    forget() {
      slots = new Map()
      types = new Map()
    },
  }
}
