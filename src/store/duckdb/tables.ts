import { contextsTable, ensureContextFields, ensureSlot, ensureStream, slotOf, streamName } from './catalog.ts'
import type { WritingConnection } from './connection.ts'
import type { Held } from './held-type.ts'
import { widened } from './held-type.ts'
import type { Shape } from './shape.ts'
import { named, quoted } from './sql-name.ts'

/** Makes what rows need in the file before they are written: tables, columns, contexts. */
export interface Tables {
  /** A dataset's table, with columns that hold these fields. */
  ensure(dataset: string, namespace: string, wanted: ReadonlyMap<string, Held>): Promise<void>
  ensureColumns(shape: Shape): Promise<void>
  ensureContexts(shapes: readonly Shape[]): Promise<void>
  ensureFacets(shapes: readonly Shape[]): Promise<void>
}

export const createTables = (writing: WritingConnection): Tables => {
  const { transaction, changeTables } = writing

  const isMissing = (dataset: string, namespace: string, wanted: ReadonlyMap<string, Held>): boolean => {
    const fields = writing.catalog.streams.get(streamName(dataset, namespace))?.fields
    if (fields === undefined) return true
    for (const [name, held] of wanted) {
      const have = fields.get(name)
      if (have === undefined) return true
      const wide = widened(have, held)
      if (wide.type !== have.type || wide.list !== have.list) return true
    }
    return false
  }

  const ensure = async (dataset: string, namespace: string, wanted: ReadonlyMap<string, Held>): Promise<void> => {
    if (isMissing(dataset, namespace, wanted))
      await changeTables((draft) => ensureStream(writing.connection, draft, dataset, namespace, wanted))
  }

  const ensureColumns = async ({ dataset, namespace, columns, held, rows }: Shape): Promise<void> => {
    if (rows.length > 0)
      await ensure(dataset, namespace, new Map([...columns.keys()].map((name) => [name, held.get(name)!])))
  }

  const ensureContexts = async (shapes: readonly Shape[]): Promise<void> => {
    const names = new Set(shapes.flatMap(({ context }) => Object.keys(context)))
    if ([...names].some((name) => !writing.catalog.contextFields.has(name)))
      await changeTables((draft) => ensureContextFields(writing.connection, draft, names))
    const fresh: string[] = []
    const added = new Map<string, number>()
    for (const { context, rows } of shapes) {
      const key = JSON.stringify(context)
      if (rows.length === 0 || writing.catalog.contexts.has(key) || added.has(key)) continue
      added.set(key, writing.catalog.nextContext + added.size)
      const entries = Object.entries(context)
      fresh.push(
        `INSERT INTO ${contextsTable} (${['"$id"', '"$key"', ...entries.map(([name]) => named(name))].join(', ')}) VALUES (${[added.get(key), quoted(key), ...entries.map(([, value]) => quoted(value))].join(', ')})`,
      )
    }
    if (fresh.length === 0) return
    await transaction(async () => {
      for (const sql of fresh) await writing.connection.run(sql)
    })
    for (const [key, id] of added) writing.catalog.contexts.set(key, id)
    writing.catalog.nextContext += added.size
  }

  const ensureFacets = async (shapes: readonly Shape[]): Promise<void> => {
    for (const { dataset, namespace, facets: wanted, held } of shapes) {
      const stream = streamName(dataset, namespace)
      for (const { slot, columns } of wanted) {
        const { fields } = slotOf(writing.catalog, slot)
        const names = [...columns.keys()]
        if (writing.catalog.streams.get(stream)!.slots.has(slot) && names.every((name) => fields.has(name))) continue
        const missing = new Map(names.map((name) => [name, held.get(name)!]))
        await changeTables((draft) => ensureSlot(writing.connection, draft, draft.streams.get(stream)!, slot, missing))
      }
    }
  }

  return { ensure, ensureColumns, ensureContexts, ensureFacets }
}
