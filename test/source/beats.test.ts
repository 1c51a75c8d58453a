import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { senderAt } from '../../src/event/senders.ts'
import { createPushed } from '../../src/service/pushed.ts'
import { takeConnection } from '../../src/source/beats/connection.ts'
import { type BeatsOptions, beats } from '../../src/source/beats.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { freePort } from '../support/free-port.ts'
import { jsonFrame, type Lumberjack, lumberjack, packedFrame, windowFrame } from '../support/lumberjack.ts'
import { quietParts } from '../support/push-parts.ts'
import { collectRecords, type SourceBench, sourceBench } from '../support/records.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
let bench: SourceBench
let source: OpenSource
let unmount: () => Promise<void>
let port: number
let repeated: number
const senders: Lumberjack[] = []
beforeEach(async () => {
  repeated = 0
  directory = mkdtempSync(join(tmpdir(), 'tailrace-beats-'))
  bench = await sourceBench(directory)
  port = await freePort()
})
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.close()
  await unmount()
  await source.close()
  await bench.generations.close()
  rmSync(directory, { recursive: true, force: true })
})

const start = async (options: Partial<BeatsOptions> = {}): Promise<void> => {
  source = await beats({ port, ...options }).open({
    ...bench.context,
    repeated: (_, count) => {
      repeated += count
    },
  })
  unmount = await createPushed({ pipelines: [] }, false, quietParts()).mount('beats', source)
}
const sender = async (): Promise<Lumberjack> => {
  const one = await lumberjack(port)
  senders.push(one)
  return one
}
const messages = async (count: number): Promise<readonly unknown[]> =>
  (await collectRecords(source, (all) => all.length >= count)).map(
    ({ text }) => (JSON.parse(text) as { message: unknown }).message,
  )
const read = (offset: number, more: object = {}) => ({
  '@timestamp': '2026-11-27T08:00:00.000Z',
  message: `line at ${offset}`,
  log: { file: { path: '/var/log/a.log' }, offset },
  agent: { id: 'a1', ephemeral_id: 'e1' },
  ...more,
})

describe('a batch', () => {
  test('packed or not is kept and acknowledged at its last event', async () => {
    await start()
    const one = await sender()
    await one.send([{ message: 'a' }, { message: 'b' }])
    await one.send([{ message: 'c\nd' }], { packed: false })
    expect(one.acks).toEqual([2, 1])
    expect(await messages(3)).toEqual(['a', 'b', 'c\nd'])
  })

  test('is known by the connection it came by, whatever it says of itself', async () => {
    await start()
    const sockets = new Map<string, string | undefined>()
    for (const message of ['first', 'second'])
      await (await sender()).send([{ message, log: { source: { address: '203.0.113.9:1' } } }])
    const signal = AbortSignal.timeout(60_000)
    while (sockets.size < 2) {
      const block = await source.next(signal)
      if (block === undefined) break
      for (let row = 0; row < block.count; row++) {
        const text = block.arena.node.toString('utf8', block.start[row], block.end[row])
        sockets.set((JSON.parse(text) as { message: string }).message, senderAt(block.senders, row))
      }
      block.lease.release()
    }
    const [first, second] = [sockets.get('first'), sockets.get('second')]
    expect(first).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(second).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(first).not.toBe(second)
  })

  test('may come in pieces of any size', async () => {
    await start()
    const one = await sender()
    const bytes = Buffer.concat([
      windowFrame(2),
      packedFrame(Buffer.concat([1, 2].map((i) => jsonFrame(i, { message: i })))),
    ])
    for (let at = 0; at < bytes.length; at += 3) {
      one.write(bytes.subarray(at, at + 3))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await messages(2)).toEqual([1, 2])
    await waitUntil('it is acknowledged', () => one.acks.includes(2))
  })

  test('that is sent again, on this connection or another, is taken once and counted', async () => {
    await start()
    const one = await sender()
    await one.send([read(0), read(10)])
    await one.send([read(0), read(10), read(20)])
    const two = await sender()
    await two.send([read(20), read(20)])
    expect(await messages(3)).toEqual(['line at 0', 'line at 10', 'line at 20'])
    expect(repeated).toBe(4)
  })

  test('of which nothing is acknowledged is kept whole when it is sent again', async () => {
    await start()
    const one = await sender()
    one.write(Buffer.concat([windowFrame(2), jsonFrame(1, read(0))]))
    one.close()
    await (await sender()).send([read(0), read(10)])
    expect(await messages(2)).toEqual(['line at 0', 'line at 10'])
  })

  test('that no JSON is goes on as it is, on one line: whoever reads it says what is wrong', async () => {
    await start()
    const one = await sender()
    one.write(Buffer.concat([windowFrame(1), jsonFrame(1, '{"message":\r\nno')]))
    await waitUntil('it is acknowledged', () => one.acks.includes(1))
    const [record] = await collectRecords(source, (all) => all.length === 1)
    expect(record!.text).toBe('{"message":  no')
  })
})

describe('an event', () => {
  test('is known by the id it was given, else by its file, offset and what was read there', async () => {
    await start()
    const one = await sender()
    const given = (_id: string, message: string) => ({ '@metadata': { _id }, message })
    await one.send([given('1', 'a'), given('2', 'b'), given('1', 'a again')])
    await one.send([
      read(0),
      // Rotated: the same path and offset, another line; the same line, read later; another agent.
      read(0, { message: 'another' }),
      read(0, { '@timestamp': '2026-11-27T09:00:00.000Z' }),
      read(0, { agent: { id: 'a2' } }),
    ])
    const inFile = { log: { file: { path: '/var/log/a.log', inode: '7', device_id: '1' }, offset: 0 } }
    await one.send([read(0, inFile), read(0, { ...inFile, '@timestamp': '2026-11-27T10:00:00.000Z' })])
    expect(await messages(7)).toHaveLength(7)
    expect(repeated).toBe(2)
  })
})

test('a sender hears signs of life while its batch is being kept, and of what is kept already', async () => {
  await start()
  const go = Promise.withResolvers<void>()
  const kept: number[] = []
  const keep = async (events: readonly unknown[]): Promise<void> => {
    kept.push(events.length)
    if (kept.length === 2) await go.promise
  }
  const peer = { began() {}, ended() {}, broke() {} }
  const server = createServer(
    (socket) => void takeConnection(socket, peer, { keep }, { keepAliveEvery: 5, retryEvery: 5 }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const one = await lumberjack((server.address() as AddressInfo).port)
  senders.push(one)
  // Large enough for a part of it to be acknowledged before the rest.
  const sent = one.send([{ message: 'x'.repeat(4 << 20) }, { message: 'b' }])
  await waitUntil('it is told more than once', () => one.acks.filter((ack) => ack === 1).length > 2)
  go.resolve()
  await sent
  expect(one.acks.at(-1)).toBe(2)
  expect(kept).toEqual([1, 1])
  server.close()
})

describe('TLS', () => {
  const at = (name: string): string => new URL(`../store/elasticsearch/certificates/${name}`, import.meta.url).pathname
  const tls = { certificate: at('server.pem'), key: at('server.key') }
  const ca = readFileSync(at('ca.pem'))
  const own = { cert: readFileSync(at('client.pem')), key: readFileSync(at('client.key')) }

  test('is spoken where a certificate is named', async () => {
    await start({ tls })
    const one = await lumberjack(port, { ca })
    senders.push(one)
    await one.send([{ message: 'a' }])
    expect(await messages(1)).toEqual(['a'])
  })

  test('lets in who shows a certificate of the authority that is asked for, and nobody else', async () => {
    await start({ tls: { ...tls, clientCa: at('ca.pem') } })
    const stranger = await lumberjack(port, { ca })
    stranger.write(Buffer.concat([windowFrame(1), jsonFrame(1, { message: 'stranger' })]))
    await stranger.ended
    expect(stranger.acks).toEqual([])
    const one = await lumberjack(port, { ca, ...own })
    senders.push(one)
    await one.send([{ message: 'a' }])
    expect(await messages(1)).toEqual(['a'])
  })

  test('with a certificate that cannot be read says which', async () => {
    await start()
    const bad = await beats({ name: 'bad', port, tls: { ...tls, key: '/nowhere/server.key' } }).open(bench.context)
    const pushed = createPushed({ pipelines: [] }, false, quietParts())
    await expect(pushed.mount('bad', bad)).rejects.toThrow('cannot read /nowhere/server.key (ENOENT)')
    await bad.close()
    const taken = await beats({ name: 'taken', port }).open(bench.context)
    await expect(pushed.mount('taken', taken)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another program does`,
    )
    await taken.close()
  })
})

describe('a sender', () => {
  test('is held while nothing can be kept, and goes on when it can', async () => {
    await start({ maxSpool: 100 })
    const one = await sender()
    await one.send([{ message: 'x'.repeat(100) }])
    const waiting = one.send([{ message: 'held' }])
    await waitUntil('it is refused', () => source.trouble !== undefined)
    expect(await messages(1)).toHaveLength(1)
    const stop = new AbortController()
    const reading = collectRecords(source, (all) => all.length === 1, { within: 20_000 })
    await waiting
    expect((await reading).map(({ text }) => text)).toEqual(['{"message":"held"}'])
    stop.abort()
  })

  test.each([
    ['speaks another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['sends a kind of frame there is not', Buffer.from('2X\0\0\0\0')],
    ['sends events beyond its window', Buffer.concat([windowFrame(0), jsonFrame(1, {})])],
    ['claims a frame larger than is taken', Buffer.from('2C\xff\xff\xff\xff', 'latin1')],
    ['packs frames within packed ones', Buffer.concat([windowFrame(1), packedFrame(packedFrame(jsonFrame(1, {})))])],
    ['packs what is no frame', Buffer.concat([windowFrame(1), Buffer.from('2C\0\0\0\x02xx')])],
    ['packs half a frame', Buffer.concat([windowFrame(1), packedFrame(jsonFrame(1, {}).subarray(0, 8))])],
  ])('that %s is cut off, and nobody else', async (_, bytes) => {
    await start()
    const good = await sender()
    const bad = await sender()
    bad.write(bytes)
    await bad.ended
    await good.send([{ message: 'good' }])
    expect(await messages(1)).toEqual(['good'])
  })
})
