import { describe, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { lumberjack } from '../support/lumberjack.ts'
import { writePushConfig } from '../support/push-config.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { served } from '../support/served.ts'
import { rowsOf } from '../support/service.ts'
import { tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson', ...headers } })

describe('POST /ingest/NAME', () => {
  test('what was answered outlives kill -9, is there once, and a repeated request is counted as such', async () => {
    using directory = scratchDir('ingest')
    const port = await freePort()
    writePushConfig(directory.path, `http({ name: 'shop', keys: [env.secret('SHOP_KEY')] })`)
    const environment = { TAILRACE_LISTEN: `127.0.0.1:${port}`, TAILRACE_TOKEN: 'token', SHOP_KEY: 'shop-key' }
    const service = served(directory.path)
    const url = `http://127.0.0.1:${port}/ingest/shop`
    const key = { authorization: 'Bearer shop-key' }
    const ready = () => waitUntil('the service takes records', async () => (await post(url, '', key)).status === 202)
    const kept = async (n: number): Promise<void> => {
      const answer = await post(url, `{"message":"${n} a"}\n{"message":"${n} b"}\n`, {
        ...key,
        'idempotency-key': `${n}`,
      })
      expect(answer.status).toBe(202)
    }
    try {
      service.run([], environment)
      await ready()
      expect((await post(url, '{}')).status).toBe(401)
      const forged = '{"log":{"source":{"address":"203.0.113.9:1"}},"log.source.address":"203.0.113.9:2"}'
      expect((await post(url, forged, { authorization: 'Bearer token' })).status).toBe(202)
      expect((await post(url.replace('shop', 'else'), '{}', { authorization: 'Bearer token' })).status).toBe(404)
      for (let n = 0; n < 20; n++) await kept(n)
      await service.end('SIGKILL')
      service.run([], environment)
      await ready()
      await kept(19)
      await waitUntil('all is stored and accounted for', async () => {
        const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'], { environment })
        expect(rowsOf(ledger.out).at(-1)).toMatchObject({
          total: { read: 43, stored: 41, duplicate: 2, in_flight: 0, verified: true, balanced: true },
        })
        return true
      })
      const stats = await tailrace(directory.path, ['stats', '--by', 'message', '--format', 'ndjson'], { environment })
      expect(rowsOf(stats.out).every(({ count }) => count === 1)).toBe(true)
      const senders = await tailrace(directory.path, ['stats', '--by', 'log.source.address', '--format', 'ndjson'], {
        environment,
      })
      expect(rowsOf(senders.out)).toEqual([{ by: { 'log.source.address': '127.0.0.1' }, count: 41 }])
    } finally {
      await service.end('SIGTERM')
    }
  }, 120_000)

  test('a key that is not set, a name that is no part of an address: refused at load, with the place', async () => {
    using directory = scratchDir('ingest-wrong')
    writePushConfig(directory.path, `http({ name: 'a/b', keys: [env.secret('NO_SUCH_KEY')] })`)
    const { code, out } = await tailrace(directory.path, ['check'])
    expect(code).toBe(1)
    expect(out).toContain("'a/b' cannot be the name of a source that is pushed to")
    expect(out).toMatch(/tailrace\.config\.ts:\d+:\d+: environment variable NO_SUCH_KEY is not set/)
  })
})

describe('the Beats input', () => {
  test('beyond loopback asks for certificates or a word, and says where', async () => {
    using directory = scratchDir('beats-rules')
    const source = (options: string) =>
      writePushConfig(directory.path, `beats({ host: '0.0.0.0', port: 15044${options} })`)
    source('')
    const refused = await tailrace(directory.path, ['check'])
    expect(refused.code).toBe(1)
    expect(refused.out).toMatch(
      /tailrace\.config\.ts:\d+:\d+: the beats source 'beats' would listen on 0\.0\.0\.0, which is not loopback, and let everybody in\. Ask for client certificates/,
    )
    source(", tls: { certificate: 'a', key: 'b', clientCa: 'c' }")
    expect(await tailrace(directory.path, ['check'])).toMatchObject({ code: 0 })
    const byVariable = (TAILRACE_BEATS_LISTEN: string) =>
      tailrace(scratch.path, ['check'], { environment: { TAILRACE_BEATS_LISTEN } })
    using scratch = scratchDir('beats-variable')
    expect((await byVariable('0.0.0.0:15044')).out).toContain('host:port insecure')
    expect(await byVariable('0.0.0.0:15044 insecure')).toMatchObject({ code: 0 })
  }, 120_000)

  test('what was acknowledged outlives kill -9; the sender sends the rest again and nothing is doubled', async () => {
    using directory = scratchDir('beats')
    const port = await freePort()
    const environment = { TAILRACE_BEATS_LISTEN: `127.0.0.1:${port}` }
    const service = served(directory.path)
    const event = (n: number) => ({
      '@timestamp': '2026-11-27T08:00:00.000Z',
      message: `203.0.113.7 - - [27/Nov/2026:08:00:00 +0000] "GET /orders/${n} HTTP/1.1" 200 512 "-" "curl/8.5.0"`,
      log: { file: { path: '/var/log/nginx/access.log' }, offset: n * 100 },
      agent: { id: 'agent', ephemeral_id: 'life', name: 'web-1', type: 'filebeat', version: '8.17.0' },
      host: { name: 'web-1' },
      fields: { env: 'test' },
      tags: ['web'],
    })
    const ship = (from: number, to: number): Promise<void> =>
      waitUntil('the batch is acknowledged', async () => {
        const sender = await lumberjack(port)
        await sender.send(Array.from({ length: to - from }, (_, i) => event(from + i)))
        sender.close()
        return true
      }).then(() => undefined)
    try {
      service.run(['--no-web'], environment)
      await ship(0, 100)
      await service.end('SIGKILL')
      service.run(['--no-web'], environment)
      await ship(50, 150)
      await waitUntil('all is stored and accounted for', async () => {
        const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'], { environment })
        expect(rowsOf(ledger.out).at(-1)).toMatchObject({
          total: { read: 200, stored: 150, duplicate: 50, in_flight: 0, verified: true, balanced: true },
        })
        return true
      })
      const found = await tailrace(directory.path, ['search', 'url.path: /orders/7', '--format', 'ndjson'], {
        environment,
      })
      expect(rowsOf(found.out)).toMatchObject([
        {
          '@timestamp': '2026-11-27T08:00:00.000Z',
          event: { dataset: 'nginx.access', created: '2026-11-27T08:00:00.000Z' },
          source: { ip: '203.0.113.7' },
          log: { file: { path: '/var/log/nginx/access.log' } },
          host: { name: 'web-1' },
          agent: { id: 'agent', name: 'web-1', type: 'filebeat', version: '8.17.0' },
          fields: { env: 'test' },
          tags: ['web'],
        },
      ])
    } finally {
      await service.end('SIGTERM')
    }
  }, 120_000)
})
