import type { Alert } from '../../src/alert/alert.ts'
import { dayOf } from '../../src/digest/day.ts'
import type { Account, Digest, Endpoint, RankedQuery } from '../../src/digest/digest.ts'

const hour = 3_600_000
const now = Date.parse('2026-11-23T00:10:00Z')
const day = dayOf('2026-11-22', 'Asia/Shanghai', now)

const none = { count: 0, errors: 0 }

/** A day on which nothing happened. */
export const emptyDigest = (more: Partial<Digest> = {}): Digest => ({
  day,
  madeAt: now,
  datasets: [],
  total: { now: none, before: none },
  requests: { now: none, before: none },
  hours: Array.from({ length: 24 }, (_, i) => ({ at: day.from + i * hour, ...none })),
  endpoints: [],
  slow: [],
  slowCount: { now: 0, before: 0 },
  alerts: [],
  ledger: [],
  behind: false,
  ...more,
})

export const alert = (more: Partial<Alert> = {}): Alert => ({
  id: 'nginx-5xx-share',
  rule: 'nginx-5xx-share',
  title: { en: 'Many requests fail', zh: '请求失败过多' },
  severity: 'P1',
  state: 'firing',
  group: {},
  since: day.from + 9 * hour,
  value: 0.5,
  limit: 0.05,
  explanation: { en: '50% of 100 records match', zh: '100 条记录中有 50% 符合' },
  evidence: { from: day.from, to: day.to, kql: '', datasets: ['nginx.access'] },
  announced: true,
  ...more,
})

export const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  template: '/orders/{id}',
  now: { count: 1000, errors: 4 },
  before: { count: 900, errors: 3 },
  p95: 120_000_000,
  ...more,
})

export const query = (more: Partial<RankedQuery> = {}): RankedQuery => ({
  digest: '3DD356EF94622705',
  fingerprint: 'select * from orders where id = ?',
  count: 10,
  total: 35,
  mean: 3.5,
  p95: 5,
  max: 5.9,
  rows_examined: 100_000,
  rows_sent: 10,
  lock_time: 0.1,
  schema: 'shop',
  user: 'shop',
  example: 'SELECT *\n  FROM orders WHERE id = 7',
  explain: undefined,
  before: 3,
  ...more,
})

export const account = (more: Partial<Account> = {}): Account => ({
  source: 'nginx.access',
  store: 'duckdb',
  read: 1_200_000,
  stored: 1_200_000,
  duplicate: 0,
  filtered: 0,
  deadLettered: 0,
  redirected: 0,
  inFlight: 0,
  lost: 0,
  bytes: 9000,
  balanced: true,
  ...more,
})

/** A day with something in every section. */
export const fullDigest = (more: Partial<Digest> = {}): Digest =>
  emptyDigest({
    datasets: [
      {
        dataset: 'nginx.access',
        now: { count: 1_200_000, errors: 4800 },
        before: { count: 1_071_000, errors: 4000 },
      },
    ],
    total: { now: { count: 1_200_000, errors: 4800 }, before: { count: 1_071_000, errors: 4000 } },
    requests: { now: { count: 1_200_000, errors: 4800 }, before: { count: 1_071_000, errors: 4000 } },
    hours: Array.from({ length: 24 }, (_, i) => ({ at: day.from + i * hour, count: 50_000, errors: 200 })),
    endpoints: [endpoint()],
    slow: [query()],
    slowCount: { now: 10, before: 3 },
    alerts: [
      alert(),
      alert({ id: 'b', state: 'resolved', until: day.from + 10 * hour, cause: { en: 'it was 60%', zh: '曾达 60%' } }),
      alert({ id: 'c', state: 'resolved', since: day.from - hour, until: day.from + hour }),
    ],
    ledger: [account()],
    ...more,
  })
