import { createSocket, type Socket as Datagram } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { senderAt } from '../../src/event/senders.ts'
import { createPushed } from '../../src/service/pushed.ts'
import { createSentReader, joinSent, type Sent, socketAddress } from '../../src/source/sent.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { openSpool } from '../../src/source/spool.ts'
import { syslog } from '../../src/source/syslog.ts'
import { freePort } from '../support/free-port.ts'
import { quietParts } from '../support/push-parts.ts'
import { sourceBench } from '../support/records.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tailrace-sent-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const named = (ending: string): string[] => readdirSync(directory).filter((name) => name.endsWith(ending))
const only = (ending: string): string => join(directory, named(ending)[0]!)
/** Records at these offsets, a byte each. */
const stretch = (...from: readonly number[]) => ({
  count: from.length,
  from: Float64Array.from(from),
  to: Float64Array.from(from, (at) => at + 1),
})
type Told = Awaited<ReturnType<ReturnType<typeof createSentReader>>>
const told = (senders: Told, count: number): (string | undefined)[] =>
  Array.from({ length: count }, (_, row) => senderAt(senders, row))
const append = (spool: Awaited<ReturnType<typeof openSpool>>, text: string, ...sent: Sent): Promise<void> =>
  spool.append(Buffer.from(text), undefined, sent.length === 0 ? undefined : sent)

test('a socket is written as Filebeat writes it', () => {
  expect(socketAddress('192.0.2.7', 514)).toBe('192.0.2.7:514')
  expect(socketAddress('::ffff:192.0.2.7', 514)).toBe('192.0.2.7:514')
  expect(socketAddress('2001:DB8:0::7', 514)).toBe('[2001:db8::7]:514')
  expect(socketAddress('fe80::1%eth0', 514)).toBe('[fe80::1%eth0]:514')
})

test('what one sender sent without another between is told once', () => {
  expect(
    joinSent([
      [['a', 1]],
      [
        ['a', 2],
        ['b', 3],
      ],
      [['a', 4]],
    ]),
  ).toEqual([
    ['a', 3],
    ['b', 3],
    ['a', 4],
  ])
})

describe('who sent what lies in a spool', () => {
  test('is known of each record, through a restart, until its segment goes', async () => {
    const spool = await openSpool(directory)
    await Promise.all([
      append(spool, 'a\nb\n', ['one', 2], ['two', 2]),
      append(spool, 'nobody\n'),
      append(spool, 'c\n', ['one', 2]),
    ])
    await append(spool, 'd\n', ['three', 2])
    await spool.close()
    const again = await openSpool(directory)
    const path = only('.spool')
    const read = createSentReader()
    expect(told(await read(path, stretch(0, 2, 4)), 3)).toEqual(['one', 'two', undefined])
    expect(told(await read(path, stretch(11, 13)), 2)).toEqual(['one', 'three'])
    again.release(path)
    await again.close()
    expect(readdirSync(directory)).toEqual([])
  })

  test('is known of records of streams that lie across each other, and when a place is read again', async () => {
    const spool = await openSpool(directory)
    for (const sender of ['one', 'two', 'three', 'four']) await append(spool, `${sender[0]}\n`, [sender, 2])
    const path = only('.spool')
    const read = createSentReader()
    expect(told(await read(path, { ...stretch(2, 6), more: true }), 2)).toEqual(['two', 'four'])
    expect(told(await read(path, stretch(4, 0)), 2)).toEqual(['three', 'one'])
    expect(told(await read(path, stretch(2)), 1)).toEqual(['two'])
    await append(spool, 'f\n', ['five', 2])
    expect(told(await read(path, stretch(8)), 1)).toEqual(['five'])
    await spool.close()
  })

  test('is known where a piece has more senders than are read at once', async () => {
    const spool = await openSpool(directory)
    const count = 60_000
    const sent = Array.from({ length: count }, (_, i) => [`192.0.2.7:${i}`, 2] as const)
    await append(spool, 'x\n'.repeat(count), ...sent)
    await append(spool, 'y\n', ['last', 2])
    const path = only('.spool')
    expect(readFileSync(only('.from')).length).toBeGreaterThan(1 << 20)
    const read = createSentReader()
    const senders = await read(path, stretch(0, 2 * (count - 1), 2 * count))
    expect(told(senders, 3)).toEqual(['192.0.2.7:0', `192.0.2.7:${count - 1}`, 'last'])
    await spool.close()
  })

  test('is unknown where it is damaged, and no record is lost or given to another', async () => {
    const spool = await openSpool(directory)
    for (const sender of ['one', 'two', 'three']) await append(spool, `${sender[0]}\n`, [sender, 2])
    await spool.close()
    const bytes = readFileSync(only('.from'))
    bytes[bytes.indexOf('two')] = 0
    writeFileSync(only('.from'), bytes)
    const again = await openSpool(directory)
    expect(again.damage).toEqual([])
    expect(told(await createSentReader()(only('.spool'), stretch(0, 2, 4)), 3)).toEqual(['one', undefined, 'three'])
    await again.close()
  })

  test('is unknown of a segment that was begun without, which is read all the same', async () => {
    const spool = await openSpool(directory)
    await append(spool, 'a\n')
    expect(named('.from')).toEqual([])
    expect(await createSentReader()(only('.spool'), stretch(0))).toBeUndefined()
    await spool.close()
  })
})

test('records of datagrams and connections each carry the socket they came by', async () => {
  const bench = await sourceBench(directory)
  const port = await freePort()
  const source: OpenSource = await syslog({ port }).open(bench.context)
  const unmount = await createPushed({ pipelines: [] }, false, quietParts()).mount('syslog', source)
  const datagrams: Datagram[] = []
  let socket: Socket | undefined
  try {
    const expected = new Map<string, string>()
    for (const name of ['first', 'second']) {
      const datagram = createSocket('udp4')
      datagrams.push(datagram)
      datagram.bind(0, '127.0.0.1')
      await once(datagram, 'listening')
      for (const i of [1, 2]) {
        const text = `<13>${name} ${i}`
        datagram.send(text, port, '127.0.0.1')
        expected.set(text, `127.0.0.1:${datagram.address().port}`)
      }
    }
    socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('<13>by connection 203.0.113.9:1\n')
    expected.set('<13>by connection 203.0.113.9:1', `127.0.0.1:${socket.localPort}`)
    const found = new Map<string, string | undefined>()
    const signal = AbortSignal.timeout(60_000)
    while (found.size < expected.size) {
      const block = await source.next(signal)
      if (block === undefined) break
      for (let row = 0; row < block.count; row++)
        found.set(block.arena.node.toString('utf8', block.start[row], block.end[row]), senderAt(block.senders, row))
      block.lease.release()
    }
    expect(found).toEqual(expected)
  } finally {
    for (const datagram of datagrams) datagram.close()
    socket?.destroy()
    await unmount()
    await source.close()
    await bench.generations.close()
  }
})
