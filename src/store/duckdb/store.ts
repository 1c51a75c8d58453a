import { documentId } from '../../event/provenance.ts'
import { equals } from '../../query/tree.ts'
import type { CommitRecord } from '../sink.ts'
import type { Store } from '../store.ts'
import { parse } from '../stringify.ts'
import { aggregate } from './aggregate.ts'
import { type DuckdbOptions, openDatabase } from './database.ts'
import { scoped } from './from.ts'
import { layoutOf } from './layout.ts'
import { removeOrphans, retain } from './retention.ts'
import { search } from './search.ts'
import { unusable } from './unusable.ts'
import { createWriter, type Writer } from './writer.ts'

const offsetsAtOnce = 1000

/**
 * Opens the embedded store, making the file and its directories where they are missing. Throws `StoreUnusable` where
 * another process holds the file, or it cannot be read or written: the file also holds the checkpoints, so it is
 * never silently replaced. Events and the sealed record are one transaction.
 */
export const openDuckdb = async (options: DuckdbOptions): Promise<Store> => {
  const database = await openDatabase(options)
  let writer: Writer
  try {
    writer = await createWriter(database)
  } catch (error) {
    await database.close()
    throw unusable(options.path, error)
  }
  const ofGeneration = (key: string, needed: readonly string[]) =>
    scoped(writer.catalog, { where: equals('log.file.id', key) }, needed)

  return {
    name: 'duckdb',
    transactional: true,
    get trouble() {
      return writer.trouble
    },
    write: (batches, seal, signal) => writer.write(batches, seal, signal),
    replace: (batches, seal, signal) => writer.write(batches, seal, signal, true),
    prepare: (datasets, namespace, signal) => writer.prepare([...datasets.keys()], namespace, signal),
    layout: async (datasets, namespace) => layoutOf(writer.catalog, datasets, namespace),
    // What is committed is visible.
    refresh: async () => undefined,
    search: (question, signal) => search(database, writer.catalog, question, signal),
    aggregate: (question, signal) => aggregate(database, writer.catalog, question, signal),
    async covered(key, from, to, signal) {
      const { from: table, where, values, fields } = ofGeneration(key, ['log.offset', 'log.length'])
      if (!fields.has('log.offset') || !fields.has('log.length')) return []
      const rows = await database.rows(
        `SELECT "log.offset", "log.offset" + "log.length" FROM ${table} WHERE ${where} AND "log.offset" >= ? AND "log.offset" < ? ORDER BY "log.offset"`,
        [...values, BigInt(from), BigInt(to)],
        signal,
      )
      return rows.map(([begin, end]) => ({ from: Number(begin), to: Number(end) }))
    },
    async holds(records, signal) {
      const held = new Set<string>()
      for (const [key, places] of Map.groupBy(records, (record) => record.key)) {
        const { from: table, where, values, fields } = ofGeneration(key, ['log.offset'])
        if (!fields.has('log.offset')) continue
        for (let first = 0; first < places.length; first += offsetsAtOnce) {
          const offsets = places.slice(first, first + offsetsAtOnce).map(({ offset }) => BigInt(offset))
          const rows = await database.rows(
            `SELECT "log.offset" FROM ${table} WHERE ${where} AND "log.offset" IN (${offsets.map(() => '?').join(', ')})`,
            [...values, ...offsets],
            signal,
          )
          for (const [offset] of rows) held.add(documentId(key, Number(offset)))
        }
      }
      return held
    },
    async countOf(key, signal) {
      const { from, where, values } = ofGeneration(key, [])
      const rows = await database.rows(`SELECT count(*) FROM ${from} WHERE ${where}`, values, signal)
      return Number(rows[0]![0])
    },
    async removed(signal) {
      const rows = await database.rows('SELECT generation, events FROM removed', undefined, signal)
      return new Map(rows.map(([generation, events]) => [String(generation), Number(events)]))
    },
    async retain(rules, now, signal) {
      // Until blocks are given back, what was removed last time would count once more, and more would go for it.
      const isMeasurable = await writer.shrink(signal)
      const measured = isMeasurable ? rules : rules.map(({ maxBytes: _, ...rule }) => rule)
      await writer.change((connection) => retain(connection, writer.catalog, measured, now), signal)
      await writer.change((connection) => removeOrphans(connection, writer.catalog), signal)
      await writer.shrink(signal)
    },
    async *commits(signal) {
      const rows = await database.rows('SELECT body FROM commits ORDER BY seq', undefined, signal)
      for (const [body] of rows) yield parse(String(body)) as CommitRecord
    },
    replaceCommits: (snapshot, signal) => writer.replaceCommits(snapshot, signal),
    async close() {
      await writer.close()
      await database.close()
    },
  }
}
