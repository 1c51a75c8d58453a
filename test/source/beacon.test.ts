import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limitsOf } from '../../src/access/connection-limits.ts'
import { createPushed } from '../../src/service/pushed.ts'
import { type BeaconOptions, beacon } from '../../src/source/beacon.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { startWeb, type Web } from '../../src/web/server.ts'
import { byToken } from '../support/access.ts'
import { quietParts } from '../support/push-parts.ts'
import { collectRecords, type SourceBench, sourceBench } from '../support/records.ts'

let directory: string
let bench: SourceBench
let source: OpenSource
let web: Web
let leftOut: number
beforeEach(async () => {
  leftOut = 0
  directory = mkdtempSync(join(tmpdir(), 'tailrace-beacon-'))
  bench = await sourceBench(directory)
})
afterEach(async () => {
  await web.close()
  await source.close()
  await bench.generations.close()
  rmSync(directory, { recursive: true, force: true })
})

/** The web server asks for a token: a page's key opens this one address and no other. */
const start = async (options: Partial<BeaconOptions> = {}): Promise<void> => {
  source = await beacon({ name: 'web', keys: ['public'], ...options }).open({
    ...bench.context,
    leftOut: (_, count) => {
      leftOut += count
    },
  })
  const pushed = createPushed({ pipelines: [] }, false, quietParts())
  await pushed.mount('web', source)
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    access: await byToken('secret'),
    audit: () => {},
    limits: limitsOf(undefined),
    ready: () => ({ ready: true }),
    metrics: async () => '',
    pages: {},
    routes: pushed.routes,
    report: () => {},
    refused: () => {},
  })
}
const ask = (path: string, method: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(web.address + path, { method, headers, ...(body === undefined ? {} : { body }) })
const send = (body: string, headers: Record<string, string> = {}, path = '/ingest/web?key=public') =>
  ask(path, 'POST', headers, body)
const records = async (count: number) =>
  (await collectRecords(source, (all) => all.length >= count)).map(
    ({ text }) => JSON.parse(text) as { type?: string; tailrace?: { address: string; user_agent?: string } },
  )

const shop = 'https://shop.example'

describe('a page', () => {
  test('of an origin that may sends as sendBeacon does, and is told so', async () => {
    await start({ origins: [shop] })
    const answer = await send('{"type":"page"}', { origin: shop, 'content-type': 'text/plain;charset=UTF-8' })
    expect(answer.status).toBe(202)
    expect(answer.headers.get('access-control-allow-origin')).toBe(shop)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(await records(1)).toMatchObject([{ type: 'page', tailrace: { address: '127.0.0.1' } }])
  })

  test('asks before it sends JSON', async () => {
    await start({ origins: [shop] })
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
    const answer = await ask('/ingest/web', 'OPTIONS', { origin: shop, ...asked })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe(shop)
    expect(answer.headers.get('access-control-allow-headers')).toContain('content-type')
    const other = await ask('/ingest/web', 'OPTIONS', { origin: 'https://evil.example', ...asked })
    expect(other.status).toBe(403)
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each(['https://evil.example', 'http://shop.example', `${shop}.evil.example`, 'null'])(
    'of the origin %s may not, where origins are named',
    async (origin) => {
      await start({ origins: [shop] })
      const answer = await send('{}', { origin })
      expect(answer.status).toBe(403)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test('is told why it is refused', async () => {
    await start({ origins: ['*'], maxBody: 100 })
    const answer = await send('{"type":', { origin: shop })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('access-control-allow-origin')).toBe(shop)
    expect((await send(`{"a":"${'x'.repeat(100)}"}`, { origin: shop })).status).toBe(413)
  })
})

describe('a key', () => {
  test('lets send, and nothing else', async () => {
    await start()
    expect((await send('{}', {}, '/ingest/web')).status).toBe(401)
    expect((await send('{}', {}, '/ingest/web?key=another')).status).toBe(401)
    expect((await send('{"type":"a"}', { 'x-tailrace-key': 'public' }, '/ingest/web')).status).toBe(202)
    expect((await ask('/metrics?key=public', 'GET')).status).toBe(401)
    expect((await ask('/metrics', 'GET', { authorization: 'Bearer public' })).status).toBe(401)
  })
})

test('whom a record came from is said by the service, whatever the client says', async () => {
  await start()
  const forged = '{"type":"a","tailrace":{"address":"6.6.6.6"}}\n{}\n{ "type":"b" } '
  expect((await send(forged, { 'user-agent': `agent "x" ${'y'.repeat(1000)}` })).status).toBe(202)
  const found = await records(3)
  expect(found.map(({ type, tailrace }) => [type, tailrace?.address])).toEqual([
    ['a', '127.0.0.1'],
    [undefined, '127.0.0.1'],
    ['b', '127.0.0.1'],
  ])
  expect(found[0]!.tailrace!.user_agent).toHaveLength(512)
})

test('a sample keeps whole sessions, and what is left out is counted', async () => {
  await start({ sample: 0.5 })
  const events = Array.from({ length: 400 }, (_, i) => `{"type":"page","session":{"id":"s${i % 100}"}}`)
  expect((await send(events.join('\n'))).status).toBe(202)
  const kept = (await collectRecords(source, (all) => all.length + leftOut >= 400)).map(({ text }) => text)
  const bySession = Map.groupBy(kept, (text) => (JSON.parse(text) as { session: { id: string } }).session.id)
  for (const own of bySession.values()) expect(own).toHaveLength(4)
  expect(bySession.size).toBeGreaterThan(20)
  expect(bySession.size).toBeLessThan(80)
  expect(kept.length + leftOut).toBe(400)
})

test('an address that sends too much is told to come later', async () => {
  await start({ perAddress: 0.001, origins: ['*'] })
  // Ten times as many at once: none here.
  const answer = await send('{}', { origin: shop })
  expect(answer.status).toBe(429)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(answer.headers.get('access-control-allow-origin')).toBe(shop)
})

test('what is wrong in its definition is said', async () => {
  await start()
  const wrong = beacon({ name: 'a b', keys: [], origins: ['shop.example', 'https://a/b'], sample: 2 })
  expect(wrong.problems).toHaveLength(5)
})
