import { join } from 'node:path'
import type { Transition } from '../../src/alert/alert.ts'
import { type CompiledRule, compileRules } from '../../src/alert/compile.ts'
import { type RuleDefinition, rule } from '../../src/alert/rule.ts'
import { createScheduler, type Scheduler, type SchedulerOptions } from '../../src/alert/schedule.ts'
import { release } from '../../src/event/batch.ts'
import { fieldOf, fields } from '../../src/event/field.ts'
import { openDuckdb } from '../../src/store/duckdb/store.ts'
import type { Store } from '../../src/store/store.ts'
import { batchOf, type Row, schemaOf } from '../support/batch.ts'
import { scratchDir } from '../support/scratch-dir.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
/** Noon: a multiple of every window the tests use. */
export const noon = Date.parse('2026-11-23T12:00:00Z')

export const context = { fieldOf, names: Object.keys(fields), timezone: 'UTC' }
export const none = new AbortController().signal

/** The rules, compiled; throws where one has a mistake. */
export const compiled = (...definitions: readonly RuleDefinition[]): readonly CompiledRule[] => {
  const { rules, problems } = compileRules(
    definitions.map((definition) => rule(definition)),
    context,
  )
  if (problems.length > 0) throw new Error(problems.map(({ text }) => text).join('\n'))
  return rules
}

let generation = 0

export const access = (at: number, status: number, more: Row = {}): Row => ({
  '@timestamp': at,
  'http.response.status_code': status,
  ...more,
})

/** `count` requests spread over [from, to), of which the first `bad` answer 500. */
export const requests = (from: number, to: number, count: number, bad = 0): Row[] =>
  Array.from({ length: count }, (_, i) => access(from + Math.floor(((to - from) * i) / count), i < bad ? 500 : 200))

export interface Shop extends AsyncDisposable {
  readonly store: Store
  /** Where the clock and the position stand. */
  now: number
  position: number | undefined
  /** Kept as late marks too. */
  write(dataset: string, rows: readonly Row[]): Promise<void>
  readonly told: Transition[]
  readonly reports: string[]
  readonly late: Map<string, number>
  /** A scheduler on this shop's directory; the one before it is stopped first. */
  schedule(rules: readonly CompiledRule[], more?: Partial<SchedulerOptions>): Promise<Scheduler>
}

/** A real DuckDB in a temporary directory, and a scheduler that is told the time. */
export const openShop = async (): Promise<Shop> => {
  const dir = scratchDir()
  const store = await openDuckdb({ path: join(dir.path, 'tailrace.duckdb') })
  let running: Scheduler | undefined
  const shop: Shop = {
    store,
    now: noon,
    position: undefined,
    told: [],
    reports: [],
    late: new Map(),
    async write(dataset, rows) {
      const key = (generation++).toString(16).padStart(16, '0')
      const one = batchOf(rows, schemaOf(rows), { dataset, key, stored: true })
      await store.prepare(new Map([[dataset, one.schema]]), 'default', none)
      await store.write([one], () => ({}), none)
      release(one)
      for (const row of rows) {
        const at = Number(row['@timestamp'])
        shop.late.set(dataset, Math.min(shop.late.get(dataset) ?? at, at))
      }
    },
    async schedule(rules, more = {}) {
      await running?.stop()
      running = await createScheduler({
        rules,
        store,
        context,
        clock: () => shop.now,
        position: () => shop.position ?? shop.now,
        takeLate() {
          const taken = new Map(shop.late)
          shop.late.clear()
          return taken
        },
        directory: join(dir.path, 'alerts'),
        notifiers: new Map([['test', async (transition: Transition) => void shop.told.push(transition)]]),
        report: (text) => void shop.reports.push(text),
        ...more,
      })
      return running
    },
    async [Symbol.asyncDispose]() {
      await running?.stop()
      await store.close()
      dir.remove()
    },
  }
  return shop
}
