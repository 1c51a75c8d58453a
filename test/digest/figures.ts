import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dayOf } from '../../src/digest/day.ts'
import { gather } from '../../src/digest/gather.ts'
import { release } from '../../src/event/batch.ts'
import type { Store } from '../../src/store/store.ts'
import type { Opened } from '../conformance/suite.ts'
import { batchOf, type Row, schemaOf } from '../support/batch.ts'

const never = new AbortController().signal
const now = Date.parse('2026-11-23T00:00:00Z')
/** Midnight to midnight in Shanghai. */
const day = dayOf('2026-11-22', 'Asia/Shanghai', now)
const hour = 3_600_000
const ms = 1_000_000

const request = (at: number, status: number, template?: string, more: Row = {}): Row => ({
  '@timestamp': at,
  'http.response.status_code': status,
  ...(template === undefined ? {} : { 'url.template': template }),
  ...more,
})
const slow = (at: number, digest: string, seconds: number, query: string): Row => ({
  '@timestamp': at,
  'event.duration': seconds * 1000 * ms,
  'mysql.slowlog.digest': digest,
  'mysql.slowlog.fingerprint': `select ${digest.toLowerCase()}`,
  'mysql.slowlog.query': query,
  'mysql.slowlog.schema': 'shop',
})
const logged = (at: number, level: string): Row => ({ '@timestamp': at, 'log.level': level, message: 'x' })
const times = (count: number, make: (i: number) => Row): Row[] => Array.from({ length: count }, (_, i) => make(i))

const orders = '/orders/{id}'
const login = '/login'

/** The digest's figures are those one counts by hand from these rows, in every store. */
export const runDigestSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`a digest from ${name}`, () => {
    let opened: Opened
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.cleanup())

    let generation = 0
    const put = async (dataset: string, rows: readonly Row[], namespace = 'default'): Promise<void> => {
      const key = (++generation).toString(16).padStart(16, '0')
      const batch = batchOf(rows, schemaOf(rows), { stored: true, dataset, key, namespace })
      await store.prepare(new Map([[dataset, batch.schema]]), namespace, never)
      await store.write([batch], () => ({}), never)
      release(batch)
    }
    const digest = async () => {
      await store.refresh(never)
      return gather(day, {
        store,
        namespace: 'default',
        alerts: [],
        ledger: [],
        behind: false,
        now,
        signal: never,
      })
    }

    it('counts what one counts by hand', async () => {
      await put('nginx.access', [
        // The first and the last moment of the day, and what lies just outside.
        request(day.from, 200, orders, { 'event.duration': 20 * ms }),
        request(day.to - 1, 200, orders, { 'event.duration': 20 * ms }),
        request(day.to, 500, orders),
        ...times(6, (i) => request(day.from + 3 * hour + i, 200, orders, { 'event.duration': 20 * ms })),
        request(day.from + 5 * hour, 500, login, { 'event.duration': 5 * ms }),
        request(day.from + 5 * hour, 503, login, { 'event.duration': 5 * ms }),
        request(day.from + 5 * hour, 404, login, { 'event.duration': 5 * ms }),
        request(day.from + 5 * hour, 200, login, { 'event.duration': 5 * ms }),
        request(day.from + 6 * hour, 200),
        // The day before.
        ...times(4, (i) => request(day.from - 1 - i, i === 0 ? 502 : 200, orders)),
        request(day.before.from - 1, 500, orders),
      ])
      await put('python.log', [
        logged(day.from, 'INFO'),
        logged(day.from, 'ERROR'),
        logged(day.from + hour, 'CRITICAL'),
        logged(day.from + hour, 'warning'),
      ])
      await put(
        'redis.log',
        times(12, (i) => logged(day.from - hour - i, 'notice')),
      )
      await put('mysql.slowlog', [
        slow(day.from + hour, 'AAAA', 2, 'SELECT 2'),
        slow(day.from + 2 * hour, 'AAAA', 4, 'SELECT 4'),
        slow(day.from + 2 * hour, 'BBBB', 1, 'SELECT 1'),
        slow(day.from - hour, 'AAAA', 9, 'SELECT 9'),
      ])
      await put(
        'nginx.access',
        times(3, (i) => request(day.from + i, 500, '/other')),
        'other',
      )

      const found = await digest()
      expect(found.datasets).toEqual([
        { dataset: 'nginx.access', now: { count: 13, errors: 2 }, before: { count: 4, errors: 1 } },
        { dataset: 'python.log', now: { count: 4, errors: 2 }, before: { count: 0, errors: 0 } },
        { dataset: 'mysql.slowlog', now: { count: 3, errors: 0 }, before: { count: 1, errors: 0 } },
        { dataset: 'redis.log', now: { count: 0, errors: 0 }, before: { count: 12, errors: 0 } },
      ])
      expect(found.total).toEqual({ now: { count: 20, errors: 4 }, before: { count: 17, errors: 1 } })
      expect(found.requests).toEqual({ now: { count: 13, errors: 2 }, before: { count: 4, errors: 1 } })
      expect(
        found.endpoints.map(({ p95, ...endpoint }) => ({ ...endpoint, p95: Math.round((p95 ?? 0) / ms) })),
      ).toEqual([
        { template: orders, now: { count: 8, errors: 0 }, before: { count: 4, errors: 1 }, p95: 20 },
        { template: login, now: { count: 4, errors: 2 }, before: { count: 0, errors: 0 }, p95: 5 },
      ])
      expect(found.slowCount).toEqual({ now: 3, before: 1 })
      expect(found.slow).toMatchObject([
        { digest: 'AAAA', count: 2, total: 6, mean: 3, max: 4, before: 1, example: 'SELECT 4', schema: 'shop' },
        { digest: 'BBBB', count: 1, total: 1, mean: 1, max: 1, before: 0, example: 'SELECT 1' },
      ])
      expect(found.hours).toHaveLength(24)
      const counted = found.hours.map(({ at, count, errors }) => [(at - day.from) / hour, count, errors])
      expect(counted.filter(([, count]) => count! > 0)).toEqual([
        [0, 3, 1],
        [1, 3, 1],
        [2, 2, 0],
        [3, 6, 0],
        [5, 4, 2],
        [6, 1, 0],
        [23, 1, 0],
      ])
    })

    it('of a store that is empty is a digest that says so', async () => {
      const found = await digest()
      expect(found).toMatchObject({
        datasets: [],
        total: { now: { count: 0, errors: 0 }, before: { count: 0, errors: 0 } },
        endpoints: [],
        slow: [],
      })
    })

    it('names the endpoints that failed most, also beside ten busier ones', async () => {
      await put('nginx.access', [
        ...times(24, (i) => request(day.from + i, 200, `/busy-${String(i % 12).padStart(2, '0')}`)),
        request(day.from + hour, 500, '/pay'),
      ])
      const { endpoints } = await digest()
      expect(endpoints.map(({ template }) => template)).toEqual([
        ...Array.from({ length: 10 }, (_, i) => `/busy-0${i}`),
        '/pay',
      ])
      expect(endpoints.at(-1)).toMatchObject({ now: { count: 1, errors: 1 }, p95: null })
    })
  })
}
