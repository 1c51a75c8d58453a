import { type Batch, outcome, release } from '../../../src/event/batch.ts'
import { type Arena, createArena } from '../../../src/memory/arena.ts'
import { type ElasticsearchOptions, openElasticsearch } from '../../../src/store/elasticsearch/store.ts'
import type { Store } from '../../../src/store/store.ts'
import { type BatchOptions, batchOf, type Row } from '../../support/batch.ts'

export const never = new AbortController().signal
export const seal = () => ({})

/** Waits of a test: real ones, but short. */
export const soon = { first: 1, most: 20 } as const

const arena: Arena = createArena(1 << 27)

export const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, i) => ({ message: `row ${i}` }))

export const stored = (rows: readonly Row[], options: BatchOptions = {}): Batch =>
  batchOf(rows, undefined, { stored: true, arena, dataset: 'test.log', ...options })

/** Opens a store on these nodes, hands it over and closes it; the bodies' memory must be back by then. */
export const withStore = async <T>(
  nodes: readonly string[],
  body: (store: Store) => Promise<T>,
  options: Partial<ElasticsearchOptions> = {},
): Promise<T> => {
  const store = await openElasticsearch({ nodes, backoff: soon, bodyBytes: 1 << 20, ...options })
  try {
    return await body(store)
  } finally {
    await store.close()
  }
}

export interface Written {
  readonly outcomes: readonly number[]
  readonly reasons: readonly (string | undefined)[]
  readonly batch: Batch
  /** What the store said it was waiting for, each once. */
  readonly troubles: readonly string[]
}

/** Writes rows and tells what became of them. */
export const write = async (store: Store, rows: readonly Row[], options: BatchOptions = {}): Promise<Written> => {
  const batch = stored(rows, options)
  const troubles = new Set<string>()
  const listener = setInterval(() => {
    if (store.trouble !== undefined) troubles.add(store.trouble)
  }, 1)
  try {
    await store.write([batch], seal, never)
    const reasons = Array.from({ length: batch.count }, (_, i) => batch.failures.get(i)?.reason)
    return { outcomes: [...batch.outcome], reasons, batch, troubles: [...troubles] }
  } finally {
    clearInterval(listener)
    release(batch)
  }
}

export const allStored = (count: number): number[] => Array.from({ length: count }, () => outcome.stored)

export const idsOf = (count: number, width = 100): string[] =>
  Array.from({ length: count }, (_, i) => `00c0ffee00c0ffee-${i * width}`)

/** Bytes of the arena in use; the same before and after a store's life. */
export const inUse = (): number => arena.inUse
