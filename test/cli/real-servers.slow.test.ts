import { existsSync, renameSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { engine } from '../support/engine.ts'
import { type Mariadb, startMariadb } from '../support/mariadb.ts'
import { needs } from '../support/needs.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import { type QueryLoad, startQueryLoad } from '../support/query-load.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { createService, type Service } from '../support/service.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Sent, startWebLoad, type WebLoad } from '../support/web-load.ts'

/** As logrotate numbers what it put aside: `.1` becomes `.2`, and so on. */
const makeRoom = (path: string): string => {
  for (let number = 8; number > 0; number--)
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  return `${path}.1`
}

const stores = ['duckdb', 'elasticsearch', 'opensearch'] as const

needs(
  'nginx',
  'mariadb',
  'elasticsearch',
  'opensearch',
)('a real nginx and a real MariaDB under load', () => {
  const logs = scratchDir('tailrace-real-logs')
  const services = new Map<(typeof stores)[number], Service>()
  let requests: ReadonlyMap<number, Sent>
  let statements: number

  const stored = async (service: Service): Promise<number> =>
    Number(((await service.rows(['ledger'])).at(-1)!['total'] as { stored: number }).stored)
  const whenStored = (service: Service, count: number): Promise<unknown> =>
    waitUntil(`${count} are stored`, () => stored(service).then((now) => now >= count), {
      timeout: 180_000,
      every: 500,
    })

  /** Rotation of both logs in both manners while three services follow them, are killed, and start again. */
  const torment = async (nginx: Nginx, mariadb: Mariadb, web: WebLoad, queries: QueryLoad): Promise<void> => {
    const all = [...services.values()]
    const more = async (count: number): Promise<void> => {
      const from = web.answered
      const first = queries.answered
      await waitUntil('the load goes on', () => web.answered > from + count && queries.answered > first + count / 20)
    }
    for (const service of all) service.start()
    await Promise.all(all.map((service) => whenStored(service, 1)))
    await nginx.rotate(makeRoom(nginx.accessLog))
    mariadb.rotate(makeRoom(mariadb.slowLog))
    await Promise.all(all.map((service) => whenStored(service, 3000)))
    await nginx.copyTruncate(makeRoom(nginx.accessLog))
    await more(500)
    await Promise.all(all.map((service) => service.end('SIGKILL')))
    await more(1000)
    await nginx.copyTruncate(makeRoom(nginx.accessLog))
    mariadb.rotate(makeRoom(mariadb.slowLog))
    await more(1000)
    await nginx.rotate(makeRoom(nginx.accessLog))
    await more(500)
    for (const service of all) service.start()
    await more(1500)
    await Promise.all(all.map((service) => service.end('SIGKILL')))
    for (const service of all) service.start()
    mariadb.rotate(makeRoom(mariadb.slowLog))
    await nginx.rotate(makeRoom(nginx.accessLog))
    await more(1500)
  }

  beforeAll(async () => {
    await using nginx = await startNginx({ logDir: logs.path })
    await using mariadb = await startMariadb({ slowLog: `${logs.path}/slow.log` })
    const [elasticsearch, opensearch] = await Promise.all([engine('elasticsearch'), engine('opensearch')])
    const followed = { TAILRACE_NGINX_ACCESS: nginx.accessLog, TAILRACE_MYSQL_SLOW: mariadb.slowLog }
    for (const store of stores)
      services.set(
        store,
        createService({
          ...followed,
          TAILRACE_NAMESPACE: 'real',
          TAILRACE_STORE: { duckdb: 'duckdb', elasticsearch: elasticsearch.url, opensearch: opensearch.url }[store],
        }),
      )
    const web = startWebLoad(nginx.port)
    const queries = await startQueryLoad(mariadb.socket)
    try {
      await torment(nginx, mariadb, web, queries)
    } finally {
      statements = await queries.stop()
      requests = await web.stop()
    }
  }, 180_000)
  afterAll(async () => {
    for (const service of services.values()) await service[Symbol.asyncDispose]()
    logs.remove()
  })

  for (const store of stores)
    test(`each request and each statement is stored once in ${store}, and the account is even`, {
      timeout: 300_000,
    }, async () => {
      const service = services.get(store)!
      const counted = async (dataset: string): Promise<unknown> =>
        (await service.rows(['stats', '--dataset', dataset]))[0]?.['count']
      await waitUntil('all is stored', async () => (await counted('nginx.access')) === requests.size, {
        timeout: 180_000,
        every: 1000,
      })

      const seen = new Map<number, unknown>()
      const fields =
        'url.original,nginx.access.request,http.request.method,http.response.status_code,user_agent.original'
      for (const row of await service.rows([
        'search',
        '-n',
        '200000',
        '--dataset',
        'nginx.access',
        '--fields',
        fields,
      ])) {
        const { url, nginx, http, user_agent } = row as {
          url?: { original: string }
          nginx?: { access?: { request?: string } }
          http: { request?: { method?: string }; response: { status_code: number } }
          user_agent?: { original: string }
        }
        // What is no request line is kept as it came, under nginx's own name.
        const asked = url?.original ?? nginx?.access?.request ?? ''
        const number = Number(/load\/(\d+)/.exec(asked)?.[1])
        expect(seen.has(number), `request ${number} is there twice`).toBe(false)
        const method = http.request?.method ?? ''
        const agent = user_agent?.original ?? ''
        seen.set(number, { method, url: asked, agent, status: http.response.status_code })
      }
      expect(seen.size).toBe(requests.size)
      for (const [number, sent] of requests) expect(seen.get(number)).toEqual(sent)

      const names: string[] = []
      await waitUntil(
        'the last statement is stored',
        async () => {
          const found = await service.rows([
            'search',
            '-n',
            '200000',
            '--dataset',
            'mysql.slowlog',
            '--fields',
            'mysql.slowlog.query',
          ])
          names.length = 0
          for (const row of found) {
            const { mysql } = row as { mysql?: { slowlog?: { query?: string } } }
            names.push(...(/\bload_\d+\b/.exec(mysql?.slowlog?.query ?? '') ?? []))
          }
          return names.length >= statements
        },
        { timeout: 270_000, every: 2000 },
      )
      expect(names.sort()).toEqual(Array.from({ length: statements }, (_, i) => `load_${i}`).sort())

      expect(await service.end('SIGTERM')).toBe(143)
      const letters = await service.rows(['dlq', 'list'])
      expect(letters).toEqual([])
      expect(await service.accounted()).toMatchObject({ balanced: true, verified: true, lost: 0, in_flight: 0 })
      expect(service.said()).not.toMatch(/ (error|fatal) /)
    })
})
