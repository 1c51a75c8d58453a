import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, matchesGlob } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { everything } from '../../src/query/tree.ts'
import { openElasticsearch } from '../../src/store/elasticsearch/store.ts'
import { batchOf, withProvenance } from '../support/batch.ts'
import { type OwnEngine, ownEngine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { waitUntil } from '../support/wait-until.ts'

/** What a request needs: an Elasticsearch privilege, and the actions OpenSearch knows it by. */
interface Need {
  readonly elasticsearch: string
  readonly opensearch: readonly string[]
  /** The index it is about; undefined: the cluster. */
  readonly index?: string
  /** Actions that OpenSearch asks for at the cluster too. */
  readonly cluster?: readonly string[]
}

const last = (path: string): string => decodeURIComponent(path.split('/')[2] ?? '')
const first = (path: string): string => decodeURIComponent(path.split('/')[1] ?? '')

/** By the engines' documentation of their privileges; a request that is not here is let through for nobody. */
const table: readonly (readonly [RegExp, (path: string) => Need])[] = [
  [/^GET \/$/, () => ({ elasticsearch: 'monitor', opensearch: ['cluster:monitor/main'] })],
  [
    /^GET \/_index_template\/tailrace-\*$/,
    () => ({ elasticsearch: 'manage_index_templates', opensearch: ['indices:admin/index_template/get'] }),
  ],
  [
    /^PUT \/_index_template\/tailrace-[\w.-]+$/,
    () => ({ elasticsearch: 'manage_index_templates', opensearch: ['indices:admin/index_template/put'] }),
  ],
  [
    /^GET \/_data_stream\/[^/]+$/,
    (path) => ({
      elasticsearch: 'view_index_metadata',
      opensearch: ['indices:admin/data_stream/get'],
      index: last(path),
    }),
  ],
  [
    /^PUT \/_data_stream\/[^/]+$/,
    (path) => ({ elasticsearch: 'create_index', opensearch: ['indices:admin/data_stream/create'], index: last(path) }),
  ],
  [
    /^GET \/_alias\/[^/]+$/,
    (path) => ({ elasticsearch: 'view_index_metadata', opensearch: ['indices:admin/aliases/get'], index: last(path) }),
  ],
  [
    /^POST \/[^/_][^/]*\/_bulk$/,
    (path) => ({
      elasticsearch: 'create_doc',
      opensearch: ['indices:data/write/bulk[s]', 'indices:data/write/index'],
      cluster: ['indices:data/write/bulk'],
      index: first(path),
    }),
  ],
  [
    /^POST \/[^/_][^/]*\/_refresh$/,
    (path) => ({ elasticsearch: 'maintenance', opensearch: ['indices:admin/refresh'], index: first(path) }),
  ],
  [
    /^POST \/[^/_][^/]*\/_search$/,
    (path) => ({ elasticsearch: 'read', opensearch: ['indices:data/read/search'], index: first(path) }),
  ],
  [
    /^PUT \/[^/_][^/]*\/_mapping$/,
    (path) => ({ elasticsearch: 'manage', opensearch: ['indices:admin/mapping/put'], index: first(path) }),
  ],
  [
    /^POST \/[^/_][^/]*\/_rollover$/,
    (path) => ({ elasticsearch: 'manage', opensearch: ['indices:admin/rollover'], index: first(path) }),
  ],
]
const needOf = (method: string, path: string): Need | undefined =>
  table.find(([shape]) => shape.test(`${method} ${path}`))?.[1](path)

interface ElasticsearchRole {
  readonly cluster: readonly string[]
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[]
}
interface OpensearchRole {
  readonly cluster_permissions: readonly string[]
  readonly index_permissions: readonly {
    readonly index_patterns: readonly string[]
    readonly allowed_actions: readonly string[]
  }[]
}
const read = <T>(kind: string, role: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../deploy', kind, `${role}.json`), 'utf8')) as T

/** A pattern covers a name, or a narrower pattern. */
const covers = (patterns: readonly string[], name: string): boolean =>
  name.split(',').every((one) => patterns.some((pattern) => matchesGlob(one.replaceAll('*', 'x-x'), pattern)))
const allows = (actions: readonly string[], action: string): boolean =>
  actions.some((one) => (one.endsWith('*') ? action.startsWith(one.slice(0, -1)) : one === action))

const allowedByElasticsearch = (roles: readonly string[], { elasticsearch, index }: Need): boolean =>
  roles
    .map((role) => read<ElasticsearchRole>('elasticsearch', role))
    .some(({ cluster, indices }) =>
      index === undefined
        ? cluster.includes(elasticsearch)
        : indices.some(({ names, privileges }) => covers(names, index) && privileges.includes(elasticsearch)),
    )
const allowedByOpensearch = (roles: readonly string[], { opensearch, index, cluster = [] }: Need): boolean => {
  const all = roles.map((role) => read<OpensearchRole>('opensearch', role))
  const atCluster = all.flatMap((role) => role.cluster_permissions)
  if (!cluster.every((action) => allows(atCluster, action))) return false
  if (index === undefined) return opensearch.every((action) => allows(atCluster, action))
  const atIndex = all
    .flatMap((role) => role.index_permissions)
    .filter(({ index_patterns }) => covers(index_patterns, index))
    .flatMap(({ allowed_actions }) => allowed_actions)
  return opensearch.every((action) => allows(atIndex, action))
}

interface Gate extends AsyncDisposable {
  readonly url: string
  readonly passed: Set<string>
  readonly refused: string[]
}

/** Stands in for the engines' security, which the engines of the tests lack: lets through what both sets of roles allow. */
const gateThatEnforces = async (engine: string, roles: readonly string[]): Promise<Gate> => {
  const passed = new Set<string>()
  const refused: string[] = []
  const server = createServer((asked, answer) => {
    const { method = '', url = '', headers } = asked
    const path = url.split('?', 1)[0]!
    const need = needOf(method, path)
    if (need === undefined || !allowedByElasticsearch(roles, need) || !allowedByOpensearch(roles, need)) {
      refused.push(`${method} ${path}`)
      answer.writeHead(403, { 'content-type': 'application/json' })
      answer.end(JSON.stringify({ error: { type: 'security_exception', reason: 'no permissions' }, status: 403 }))
      return
    }
    passed.add(`${method} ${path.replace(/[^/]*logs-[^/]*/, 'logs')}`)
    const onward = send(new URL(url, engine), { method, headers }, (reply: IncomingMessage) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    refused,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

needs('opensearch')('the roles in deploy/', () => {
  const never = new AbortController().signal
  let engine: OwnEngine | undefined
  beforeAll(async () => {
    engine = await ownEngine('opensearch')
  }, 120_000)
  afterAll(() => engine?.close())

  const open = (gate: Gate, installTemplates: boolean) =>
    openElasticsearch({ nodes: [gate.url], backoff: { first: 20, most: 500 }, installTemplates })
  const rows = [{ message: 'one' }, { message: 'two' }]
  const batch = () => batchOf(rows, undefined, { stored: true, dataset: 'test.log' })

  test('setup prepares a store, also for fields that come later; run alone cannot', { timeout: 180_000 }, async () => {
    await using gate = await gateThatEnforces(engine!.url, ['setup'])
    const store = await open(gate, true)
    const { schema } = batch()
    await store.prepare(new Map([['test.log', withProvenance(schema)]]), 'default', never)
    await store.prepare(new Map([['other.log', withProvenance(schema)]]), 'default', never)
    await store.close()
    expect(gate.refused).toEqual([])
    expect([...gate.passed]).toEqual(
      expect.arrayContaining(['GET /_index_template/tailrace-*', 'PUT /_index_template/tailrace-test.log']),
    )
    await using closed = await gateThatEnforces(engine!.url, ['run'])
    const late = await open(closed, true)
    const waiting = new AbortController()
    const prepared = late.prepare(new Map([['third.log', withProvenance(schema)]]), 'default', waiting.signal)
    const probe = 'GET /_index_template/tailrace-*'
    await Promise.race([waitUntil('the template is refused', () => closed.refused.includes(probe)), prepared])
    waiting.abort()
    await expect(prepared).rejects.toThrow()
    await late.close()
    expect(closed.refused).toContain(probe)
  })

  describe('run', () => {
    test('does all that the service does once a store is prepared', { timeout: 180_000 }, async () => {
      await using gate = await gateThatEnforces(engine!.url, ['run'])
      const store = await open(gate, false)
      const written = batch()
      await store.prepare(new Map([['test.log', withProvenance(written.schema)]]), 'default', never)
      await store.write([written], () => ({}), never)
      expect([...written.outcome]).toEqual([outcome.stored, outcome.stored])
      release(written)
      await store.refresh(never)
      const found = []
      for await (const one of store.search({ where: everything, limit: 10 }, never)) found.push(one)
      expect(found).toHaveLength(2)
      const question = { where: everything, by: [], metrics: [] }
      expect(await store.aggregate(question, never)).toMatchObject([{ count: 2 }])
      await store.countOf('0011223344556677', never)
      await store.covered('0011223344556677', 0, 1000, never)
      await store.holds([{ key: '0011223344556677', offset: 0 }], never)
      await store.close()
      expect(gate.refused).toEqual([])
      expect([...gate.passed].sort()).toEqual([
        'GET /',
        'GET /_data_stream/logs',
        'POST /logs/_bulk',
        'POST /logs/_refresh',
        'POST /logs/_search',
      ])
    })
  })

  test('with both the service prepares the store by itself', { timeout: 180_000 }, async () => {
    await using gate = await gateThatEnforces(engine!.url, ['run', 'setup'])
    const store = await open(gate, true)
    const written = batchOf(rows, undefined, { stored: true, dataset: 'own.log' })
    await store.prepare(new Map([['own.log', withProvenance(written.schema)]]), 'default', never)
    await store.write([written], () => ({}), never)
    expect([...written.outcome]).toEqual([outcome.stored, outcome.stored])
    release(written)
    await store.close()
    expect(gate.refused).toEqual([])
    expect([...gate.passed]).toContain('PUT /_data_stream/logs')
  })
})
