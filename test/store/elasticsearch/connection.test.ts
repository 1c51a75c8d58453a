import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { equals } from '../../../src/query/tree.ts'
import { connect, NoReply } from '../../../src/store/elasticsearch/connection.ts'
import { openElasticsearch } from '../../../src/store/elasticsearch/store.ts'
import { retryAfter } from '../../../src/store/elasticsearch/words.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { reply, type StandIn, type StandInOptions, standIn } from './stand-in.ts'
import { allStored, never, rowsOf, soon, stored, withStore, write } from './with-store.ts'

const open: StandIn[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})
const begin = async (options: StandInOptions = {}): Promise<StandIn> => {
  const standing = await standIn(options)
  open.push(standing)
  return standing
}
const certificate = (name: string): string => readFileSync(join(import.meta.dirname, 'certificates', name), 'utf8')
const server = () => ({ cert: certificate('server.pem'), key: certificate('server.key') })

describe('who we are', () => {
  const authorization = async (options: Parameters<typeof withStore>[2], userinfo = ''): Promise<unknown> => {
    const store = await begin()
    await withStore([store.url.replace('http://', `http://${userinfo}`)], (it) => write(it, rowsOf(1)), options)
    const sent = new Set(store.requests.map(({ headers }) => headers.authorization))
    expect(sent.size).toBe(1)
    return [...sent][0]
  }
  it('basic: every request carries user and password', async () => {
    const auth = { kind: 'basic', username: 'shipper', password: 'gehe:im' } as const
    expect(await authorization({ auth })).toBe(`Basic ${Buffer.from('shipper:gehe:im').toString('base64')}`)
  })
  it('basic: they may stand in the address', async () => {
    expect(await authorization({}, 'shipper:p%40ss@')).toBe(`Basic ${Buffer.from('shipper:p@ss').toString('base64')}`)
  })
  it('API key', async () => {
    expect(await authorization({ auth: { kind: 'apiKey', apiKey: 'aWQ6a2V5' } })).toBe('ApiKey aWQ6a2V5')
  })
  it('bearer token', async () => {
    expect(await authorization({ auth: { kind: 'bearer', token: 'abc.def' } })).toBe('Bearer abc.def')
  })
  it('nobody: no such header', async () => {
    expect(await authorization({})).toBeUndefined()
  })
  it('a client certificate is shown to a server that asks for one', async () => {
    const store = await begin({ tls: { ...server(), ca: certificate('ca.pem'), requestCert: true } })
    const clientCertificate = { cert: certificate('client.pem'), key: certificate('client.key') }
    const options = { ca: certificate('ca.pem'), clientCertificate }
    const { outcomes } = await withStore([store.url], (it) => write(it, rowsOf(2)), options)
    expect(outcomes).toEqual(allStored(2))
    expect(new Set(store.requests.map(({ peer }) => peer))).toEqual(new Set(['shipper']))
  })
})

describe('who they are', () => {
  it('a certificate of an own authority is trusted when that is named', async () => {
    const store = await begin({ tls: server() })
    const { outcomes } = await withStore([store.url], (it) => write(it, rowsOf(2)), { ca: certificate('ca.pem') })
    expect(outcomes).toEqual(allStored(2))
  })

  it('else nothing is sent, and what is wrong is said', async () => {
    const store = await begin({ tls: server() })
    await withStore([store.url], async (it) => {
      await expect(it.countOf('00c0ffee00c0ffee', never)).rejects.toThrow()
      const stop = new AbortController()
      const writing = it.write([stored(rowsOf(1))], () => ({}), stop.signal)
      const said = await waitUntil('it complains', () => it.trouble)
      expect(said).toMatch(/unable to verify|self.signed/)
      stop.abort()
      await expect(writing).rejects.toThrow()
    })
    expect(store.requests).toEqual([])
  })

  it('plain JSON media types are used, which every engine takes', async () => {
    const store = await begin()
    await withStore([store.url], (it) => write(it, rowsOf(1)))
    for (const { headers } of store.requests) {
      expect(headers.accept).toBe('application/json')
      expect(headers['content-type']).not.toContain('vnd')
    }
    expect(store.asked('/_bulk')[0]!.headers['content-type']).toBe('application/x-ndjson')
  })

  const target = (store: StandIn) => store.asked('/logs-test.log-default-000001')
  it('an engine without data streams gets an alias over numbered indices, and no index by its name', async () => {
    const store = await begin({
      dataStreams: false,
      root: { version: { number: '7.17.29' } },
      fault: ({ method, path }, answer) =>
        path === '/_alias/logs-test.log-default' && method === 'GET' && target(store).length === 0
          ? reply(answer, 404, { error: 'alias [logs-test.log-default] missing' })
          : false,
    })
    await withStore([store.url], (it) => write(it, rowsOf(1)))
    expect(target(store).map(({ method, body }) => [method, body.toString()])).toEqual([
      ['PUT', '{"aliases":{"logs-test.log-default":{"is_write_index":true}}}'],
    ])
    expect(store.asked('/_bulk')[0]!.path).toContain('require_alias=true')
  })

  it('with templates left to others nothing is created', async () => {
    const store = await begin()
    const { outcomes } = await withStore(
      [store.url],
      async (it) => {
        await it.prepare(new Map([['test.log', new Map()]]), 'default', never)
        return write(it, rowsOf(1))
      },
      { installTemplates: false },
    )
    expect(outcomes).toEqual(allStored(1))
    expect(store.requests.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  it('an engine that is too old is refused in so many words', async () => {
    const store = await begin({ root: { version: { number: '7.8.1' } } })
    await withStore([store.url], async (it) => {
      await expect(it.prepare(new Map(), 'default', never)).rejects.toThrow('Elasticsearch 7.8.1 is too old')
    })
  })

  it('something that is no engine is refused in so many words', async () => {
    const store = await begin({ root: { hello: 'world' } })
    await withStore([store.url], async (it) => {
      await expect(it.prepare(new Map(), 'default', never)).rejects.toThrow('check the address')
    })
  })

  it('an Elasticsearch that does not tell its version to this key is used all the same', async () => {
    const store = await begin({
      fault: ({ path }, answer) => {
        if (path !== '/') return false
        answer.writeHead(403, { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' }).end('{}')
        return true
      },
    })
    expect((await withStore([store.url], (it) => write(it, rowsOf(1)))).outcomes).toEqual(allStored(1))
  })
})

describe('several nodes', () => {
  it('share the requests', async () => {
    const nodes = [await begin(), await begin(), await begin()]
    await withStore(
      nodes.map(({ url }) => url),
      async (it) => {
        for (let i = 0; i < 9; i++) await write(it, rowsOf(1), { from: i * 1000 })
      },
    )
    for (const node of nodes) expect(node.asked('/_bulk').length).toBeGreaterThan(0)
  })

  it('one that is away is passed over and used again when it is back', async () => {
    const nodes = [await begin(), await begin()] as const
    await nodes[0].close()
    await withStore(
      nodes.map(({ url }) => url),
      async (it) => {
        for (let i = 0; i < 4; i++)
          expect((await write(it, rowsOf(3), { from: i * 1000 })).outcomes).toEqual(allStored(3))
        expect(new Set(nodes[1].stored).size).toBe(12)
        await nodes[0].open()
        for (let i = 0; nodes[0].stored.length === 0 && i < 200; i++)
          await write(it, rowsOf(1), { from: 100_000 + i * 1000 })
        expect(nodes[0].stored.length).toBeGreaterThan(0)
      },
    )
  })
})

describe('compression', () => {
  const encoding = async (compression?: 'auto' | 'gzip' | 'none'): Promise<unknown> => {
    const store = await begin()
    const { outcomes } = await withStore(
      [store.url],
      (it) => write(it, rowsOf(100)),
      compression ? { compression } : {},
    )
    expect(outcomes).toEqual(allStored(100))
    expect(store.stored).toHaveLength(100)
    return store.asked('/_bulk')[0]!.headers['content-encoding']
  }
  it('gzip: bodies arrive whole', async () => {
    expect(await encoding('gzip')).toBe('gzip')
  })
  it('by itself not on this machine', async () => {
    expect(await encoding()).toBeUndefined()
    expect(await encoding('auto')).toBeUndefined()
  })
  it('none', async () => {
    expect(await encoding('none')).toBeUndefined()
  })
})

describe('what is asked', () => {
  it('nothing before the first use', async () => {
    const store = await begin()
    await (await openElasticsearch({ nodes: [store.url] })).close()
    expect(store.requests).toEqual([])
  })

  it('no answer counts that lacks a shard', async () => {
    const store = await begin()
    await withStore([store.url], async (it) => {
      for await (const _ of it.search({ where: equals('log.level', 'error'), limit: 5 }, never));
      await it.aggregate({ where: equals('log.level', 'error'), by: ['user.name'], metrics: [] }, never)
      await it.countOf('00c0ffee00c0ffee', never)
      await it.covered('00c0ffee00c0ffee', 0, 10, never)
    })
    const searches = store.asked('/_search')
    expect(searches).toHaveLength(4)
    for (const { path } of searches) expect(path).toContain('allow_partial_search_results=false')
  })

  it('a question that the store refuses throws its words', async () => {
    const store = await begin({
      fault: ({ path }, answer) =>
        path.includes('/_search')
          ? reply(answer, 400, {
              error: { type: 'illegal_argument_exception', reason: 'Text fields are not optimised' },
            })
          : false,
    })
    await withStore([store.url], async (it) => {
      await expect(
        it.aggregate({ where: equals('log.level', 'x'), by: ['message'], metrics: [] }, never),
      ).rejects.toThrow(
        'store answers 400 to /logs-*-*/_search: illegal_argument_exception: Text fields are not optimised',
      )
    })
  })

  it('only the datasets and the namespace that are asked about', async () => {
    const store = await begin()
    await withStore([store.url], async (it) => {
      const question = {
        where: equals('log.level', 'x'),
        by: [],
        metrics: [],
        datasets: ['a.b', 'c'],
        namespace: 'shop',
      }
      await it.aggregate(question, never)
    })
    expect(store.requests[0]!.path.split('?')[0]).toBe('/logs-a.b-shop,logs-c-shop/_search')
  })
})

it('the wish of a server to be left alone is read in seconds', () => {
  const wish = (value: unknown) => retryAfter({ status: 429, body: '', headers: { 'retry-after': value } })
  expect([wish('2'), wish('0'), wish('-1'), wish('soon'), wish(undefined)]).toEqual([2000, 0, 0, 0, 0])
})

it('a closed store ends what waits', async () => {
  const store = await begin()
  await store.close()
  const it = await openElasticsearch({ nodes: [store.url], backoff: soon })
  const writing = it.write([stored(rowsOf(1))], () => ({}), never)
  await waitUntil('it waits', () => it.trouble !== undefined)
  await it.close()
  await expect(writing).rejects.toThrow('the store was closed')
  await store.open()
})

it('a failure costs no more for a large body: nobody walks through it, and the error holds nothing of it', async () => {
  const store = await begin()
  await store.close()
  const connection = await connect({ nodes: [store.url], auth: { kind: 'basic', username: 'u', password: 'hidden' } })
  let walks = 0
  const bulk = Buffer.alloc(1 << 20, '\n')
  Object.defineProperty(bulk, 'walked', { enumerable: true, get: () => ++walks })
  const failure = await connection
    .send({ method: 'POST', path: '/_bulk', bulk }, never)
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(NoReply)
  expect(walks).toBe(0)
  expect(inspect(failure, { depth: 20 })).not.toMatch(/hidden|aGlkZGVu|dTpoaWRkZW4/)
  await connection.close()
  await store.open()
})
