import { kill, outcome } from '../../src/event/batch.ts'
import { documentText } from '../../src/event/document.ts'
import type { CommitRecord } from '../../src/store/sink.ts'
import type { Store } from '../../src/store/store.ts'
import { isPoison, reachOf, type Stored, storedOf } from './engine.ts'
import { here } from './world.ts'

/** What an embedded store keeps over the lives of the service; events and the record of progress are one transaction. */
export interface EmbeddedFile {
  readonly documents: Stored[]
  commits: CommitRecord[]
  onStored: (document: Stored) => void
}

let present: EmbeddedFile | undefined
export const placeFile = (): EmbeddedFile => {
  present = { documents: [], commits: [], onStored: () => {} }
  return present
}

/** Stands in for DuckDB: a store whose transactions are durable wholly or not at all, also when the service dies in one. */
export const openDuckdb = async (): Promise<Store> => {
  const world = here()
  const file = present!
  await world.operate('open the embedded store', () => undefined)
  const unasked = (): never => {
    throw new Error('the simulation does not ask the embedded store this')
  }
  return {
    name: 'duckdb',
    transactional: true,
    trouble: undefined,
    async write(batches, seal, signal) {
      signal.throwIfAborted()
      const rows: Stored[] = []
      for (const batch of batches)
        for (let row = 0; row < batch.count; row++) {
          if (batch.outcome[row] !== outcome.live) continue
          const document = JSON.parse(documentText(batch, row)) as Record<string, unknown>
          const stored = storedOf((document['event'] as { id: string }).id, document)
          if (isPoison(stored.message))
            kill(batch, row, { stage: 'store', code: 'rejected_by_store', reason: 'poison' })
          else {
            batch.outcome[row] = outcome.stored
            rows.push(stored)
          }
        }
      const record = await seal()
      await world.operate(`commit ${rows.length} documents`, () => {
        file.documents.push(...rows)
        file.commits.push(JSON.parse(JSON.stringify(record)) as CommitRecord)
        for (const stored of rows) file.onStored(stored)
      })
    },
    layout: unasked,
    prepare: async () => undefined,
    refresh: async () => undefined,
    replace: unasked,
    search: unasked,
    aggregate: async () =>
      reachOf(file.documents).map(({ by, count, last }) => ({ by, count, values: { 'max(log.offset)': last } })),
    covered: async (key, from, to) =>
      file.documents
        .filter((one) => one.key === key && one.offset >= from && one.offset < to)
        .map(({ offset, length }) => ({ from: offset, to: offset + length })),
    holds: async (records) => {
      const held = new Set(file.documents.map(({ id }) => id))
      return new Set(records.map(({ key, offset }) => `${key}-${offset}`).filter((id) => held.has(id)))
    },
    countOf: async (key) => file.documents.filter((one) => one.key === key).length,
    removed: async () => new Map(),
    retain: async () => undefined,
    async *commits() {
      yield* file.commits
    },
    async replaceCommits(snapshot) {
      await world.operate('replace the commits', () => {
        file.commits = [JSON.parse(JSON.stringify(snapshot)) as CommitRecord]
      })
    },
    close: async () => undefined,
  }
}
