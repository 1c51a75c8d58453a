import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limitsOf } from '../../src/access/connection-limits.ts'
import { createPushed } from '../../src/service/pushed.ts'
import { type HttpOptions, http } from '../../src/source/http.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { startWeb, type Web } from '../../src/web/server.ts'
import { byToken } from '../support/access.ts'
import { quietParts } from '../support/push-parts.ts'
import { collectRecords, type SourceBench, sourceBench } from '../support/records.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
let bench: SourceBench
let source: OpenSource | undefined
let web: Web | undefined
let port = 0
const reported: string[] = []
let repeated: number
beforeEach(async () => {
  repeated = 0
  directory = mkdtempSync(join(tmpdir(), 'tailrace-http-'))
  bench = await sourceBench(directory)
})
afterEach(async () => {
  await web?.close()
  expect(reported.splice(0)).toEqual([])
  await source?.close()
  await bench.generations.close()
  rmSync(directory, { recursive: true, force: true })
})

const start = async (options: Partial<HttpOptions> = {}, token?: string): Promise<void> => {
  source = await http({ name: 'shop', ...options }).open({
    ...bench.context,
    repeated: (_, count) => {
      repeated += count
    },
  })
  const pushed = createPushed({ pipelines: [] }, false, quietParts())
  await pushed.mount('shop', source)
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    ...(token === undefined ? {} : { access: await byToken(token) }),
    audit: () => {},
    limits: limitsOf(undefined),
    ready: () => ({ ready: true }),
    metrics: async () => '',
    pages: {},
    routes: pushed.routes,
    report: (text) => reported.push(text),
    refused: () => {},
  })
  port = Number(new URL(web.address).port)
}

const post = async (
  body: string | Buffer,
  headers: Record<string, string> = {},
  method = 'POST',
  path = '/ingest/shop',
) => {
  const sent = request({
    port,
    method,
    path,
    headers: { 'content-type': 'application/json', ...headers },
  })
  sent.on('error', () => {})
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, said: JSON.parse(await text(answer)) as object }
}
const records = async (count: number): Promise<readonly string[]> =>
  (await collectRecords(source!, (all) => all.length >= count)).map((one) => one.text)

describe('a body', () => {
  test.each([
    ['objects, one a line', '{"a":1}\n{"a":2}\r\n\n{"a":3}', ['{"a":1}', '{"a":2}', '{"a":3}']],
    ['one object of several lines', ' {\n"a":\r\n 1}\n', ['{ "a":   1}']],
    ['an array', '[{"a":"]"},\n{"a":2}\n]\n', ['{"a":"]"}', '{"a":2}']],
    ['objects on one line', '{"a":1} {"a":2}\n{"a":3}', ['{"a":1}', '{"a":2}', '{"a":3}']],
    ['a byte order mark', '\ufeff{"a":1}', ['{"a":1}']],
  ])('of %s makes a record of each', async (_, body, wanted) => {
    await start()
    expect(await post(body)).toMatchObject({ status: 202, said: { accepted: wanted.length } })
    expect(await records(wanted.length)).toEqual(wanted)
  })

  test('of text makes records of its lines, and gzip is unpacked', async () => {
    await start()
    expect(await post('one\n\ntwo', { 'content-type': 'text/plain; charset=utf-8' })).toMatchObject({
      status: 202,
      said: { accepted: 2 },
    })
    const packed = { 'content-encoding': 'gzip', 'content-type': 'application/x-ndjson' }
    expect(await post(gzipSync('{"a":1}\n'), packed)).toMatchObject({ status: 202 })
    expect(await records(3)).toEqual(['one', 'two', '{"a":1}'])
  })

  test('of nothing is no record', async () => {
    await start()
    expect(await post('[]')).toMatchObject({ status: 202, said: { accepted: 0 } })
    expect(await post('')).toMatchObject({ status: 202, said: { accepted: 0 } })
  })

  test.each([
    ['{"a":1}\n{"a":', { error: 'the JSON ends too early', record: 2, offset: 13, line: 2, column: 6 }],
    ['[{"a":1},\n 3]', { error: 'a record is no JSON object', record: 2, offset: 11, line: 2, column: 2 }],
    ['{"a":1}{"a":2}', { record: 2, offset: 7 }],
    ['[{"a":1} {"a":2}]', { record: 2, offset: 9 }],
    ['[{"a":1}', { offset: 8 }],
    ['[', { offset: 1 }],
    ['[{"a":1},]', { offset: 9 }],
    ['[{"a":1}] x', { offset: 10 }],
    ['{"a":\u0000}', { offset: 5 }],
  ])('that is wrong is refused whole, with its place: %j', async (body, said) => {
    await start()
    expect(await post(body)).toMatchObject({ status: 400, said })
    await post('{"next":1}')
    expect(await records(1)).toEqual(['{"next":1}'])
  })

  test('that is nested too deep is refused', async () => {
    await start()
    expect(await post(`{"a":${'['.repeat(5000)}`)).toMatchObject({ status: 400, said: { record: 1 } })
  })

  test('that is too large is refused, packed ones and single records too', async () => {
    await start({ maxBody: 3 << 20 })
    const large = Buffer.alloc(4 << 20, ' ')
    expect((await post(large)).status).toBe(413)
    expect((await post(gzipSync(large), { 'content-encoding': 'gzip' })).status).toBe(413)
    expect((await post(large, { 'transfer-encoding': 'chunked' })).status).toBe(413)
    expect(await post(`{"a":"${'x'.repeat(2 << 20)}"}`)).toMatchObject({ status: 413, said: { record: 1 } })
  })

  test('of another kind is refused', async () => {
    await start()
    expect((await post('{}', { 'content-type': 'application/xml' })).status).toBe(415)
    expect((await post('{}', { 'content-type': 'text/plain; charset=gbk' })).status).toBe(415)
    expect((await post('{}', { 'content-encoding': 'br' })).status).toBe(415)
    expect((await post('no gzip', { 'content-encoding': 'gzip' })).status).toBe(400)
    expect(await post('{}', {}, 'PUT')).toMatchObject({ status: 405, headers: { allow: 'OPTIONS, POST' } })
  })
})

describe('who may push', () => {
  test('with keys: who shows one, or what the web server asks for', async () => {
    await start({ keys: ['k1', 'k2'] }, 'token')
    expect((await post('{}')).status).toBe(401)
    for (const given of ['Bearer k2', 'bearer k1', 'Bearer token'])
      expect((await post('{}', { authorization: given })).status).toBe(202)
    expect((await post('{}', { authorization: 'Bearer another' })).status).toBe(401)
    expect((await post('{}', { authorization: 'Basic azE6azE=' })).status).toBe(401)
  })

  test('with keys, where the web server asks for nothing: who shows one', async () => {
    await start({ keys: ['k1'] })
    expect((await post('{}')).status).toBe(401)
    expect((await post('{}', { authorization: 'Bearer k1' })).status).toBe(202)
  })

  test('without: whom the web server trusts, and no page of another origin', async () => {
    await start()
    expect((await post('{}', { origin: `http://localhost:${port}`, host: `localhost:${port}` })).status).toBe(202)
    expect((await post('{}', { origin: 'https://evil.example' })).status).toBe(401)
    expect((await post('{}', { origin: 'null' })).status).toBe(401)
  })

  test('is asked before it is said what there is', async () => {
    await start({}, 'token')
    expect((await post('{}')).status).toBe(401)
    expect((await post('{}', {}, 'POST', '/ingest/else')).status).toBe(401)
    expect((await post('{}', { authorization: 'Bearer token' }, 'POST', '/ingest/else')).status).toBe(404)
  })
})

describe('an Idempotency-Key', () => {
  test('makes a repeated request no new records; another body under it is one', async () => {
    await start()
    const key = { 'idempotency-key': 'order-1' }
    const answers = await Promise.all([1, 2, 3].map(() => post('{"a":1}', key)))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(answers.filter(({ said }) => 'duplicate' in said)).toHaveLength(2)
    expect(repeated).toBe(2)
    expect(await post('{"a":2}', key)).toMatchObject({ said: { accepted: 1 } })
    expect((await post('{}', { 'idempotency-key': 'x'.repeat(256) })).status).toBe(400)
    expect(await records(2)).toEqual(['{"a":1}', '{"a":2}'])
  })
})

/** A request whose body does not come. */
const head = 'POST /ingest/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n'

describe('a client', () => {
  test('is refused while too much waits to be stored, and served when that is stored', async () => {
    await start({ maxSpool: 8 })
    expect((await post('{"a":1}')).status).toBe(202)
    expect(await post('{"a":2}')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(source!.trouble).toContain('8 bytes that are not stored yet')
    expect(await records(1)).toEqual(['{"a":1}'])
    await waitUntil('what was stored has left the spool', async () => {
      await source!.next(AbortSignal.timeout(50))
      return source!.trouble === undefined
    })
    expect((await post('{"a":2}')).status).toBe(202)
    expect(await records(1)).toEqual(['{"a":2}'])
  })

  test('that goes away leaves nothing', async () => {
    await start()
    const gone = connect(port, '127.0.0.1')
    gone.write(`${head}{"a":`, () => gone.destroy())
    await once(gone, 'close')
    expect((await post('{"a":3}')).status).toBe(202)
    expect(await records(1)).toEqual(['{"a":3}'])
  })
})

test('a name that cannot be part of an address is refused', () => {
  expect(http({ name: '../x' }).problems).toHaveLength(1)
  expect(http({ name: 'shop.web-1' }).problems).toEqual([])
})
