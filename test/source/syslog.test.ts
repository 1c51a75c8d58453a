import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemSyslog } from '../../parsers/system-syslog.ts'
import { createPushed } from '../../src/service/pushed.ts'
import type { OpenSource, Source, SourceContext } from '../../src/source/source.ts'
import { syslog } from '../../src/source/syslog.ts'
import { tcp } from '../../src/source/tcp.ts'
import { freePort } from '../support/free-port.ts'
import { quietParts } from '../support/push-parts.ts'
import { collectRecords, type SourceBench, sourceBench } from '../support/records.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
let bench: SourceBench
let source: OpenSource
let unmount: () => Promise<void>
let port: number
const sockets: Socket[] = []
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tailrace-syslog-'))
  bench = await sourceBench(directory)
  port = await freePort()
  unmount = async () => {}
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await unmount()
  await source?.close()
  await bench.generations.close()
  rmSync(directory, { recursive: true, force: true })
})
const start = async (given: Source, changes: Partial<SourceContext> = {}): Promise<void> => {
  source = await given.open({ ...bench.context, ...changes })
  unmount = await createPushed({ pipelines: [] }, false, quietParts()).mount(given.name, source)
}
const dial = async (): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}
const texts = async (count: number): Promise<readonly string[]> =>
  (await collectRecords(source, (all) => all.length >= count)).map(({ text }) => text)

describe('syslog', () => {
  test('comes over UDP and TCP at one port', async () => {
    await start(syslog({ port }))
    const datagram = createSocket('udp4')
    datagram.send('<13>by datagram\nof two lines\n', port, '127.0.0.1')
    expect(await texts(1)).toEqual(['<13>by datagram#012of two lines'])
    datagram.close()
    const socket = await dial()
    socket.write('12 <13>by count<13>by line\n')
    expect(await texts(2)).toEqual(['<13>by count', '<13>by line'])
  })

  test('that begins with a blank is a record of its own, where the parser joins indented lines of files', async () => {
    const { framing } = systemSyslog
    expect(framing.joins).toBe(true)
    await start(syslog({ port }), { framing: () => framing })
    const socket = await dial()
    socket.write('9 <13>first11 \tby counted <13>by line\n<13>last\n')
    expect(await texts(4)).toEqual(['<13>first', '\tby counted', ' <13>by line', '<13>last'])
    const datagram = createSocket('udp4')
    datagram.send('<13>whole', port, '127.0.0.1', () => datagram.send(' blank\n of two', port, '127.0.0.1'))
    expect(await texts(2)).toEqual(['<13>whole', ' blank#012 of two'])
    datagram.close()
  })

  test('over TLS only from whoever shows a certificate, where one is asked for', async () => {
    const at = (name: string): string =>
      new URL(`../store/elasticsearch/certificates/${name}`, import.meta.url).pathname
    const tls = { certificate: at('server.pem'), key: at('server.key'), clientCa: at('ca.pem') }
    await start(syslog({ port, tls }))
    const ca = readFileSync(at('ca.pem'))
    const stranger = connectTls({ port, host: '127.0.0.1', ca })
    sockets.push(stranger)
    stranger.on('error', () => {})
    stranger.write('<13>stranger\n')
    await new Promise((resolve) => stranger.once('close', resolve))
    const friend = connectTls({
      port,
      host: '127.0.0.1',
      ca,
      cert: readFileSync(at('client.pem')),
      key: readFileSync(at('client.key')),
    })
    sockets.push(friend)
    friend.write('<13>friend\n')
    expect(await texts(1)).toEqual(['<13>friend'])
  })

  test('with TLS over UDP there is none: it is no guard', () => {
    const tls = { certificate: 'a', key: 'b', clientCa: 'c' }
    expect(syslog({ tls }).listens).toMatchObject({ guarded: true, port: 6514 })
    expect(syslog({ tls, over: ['tcp', 'udp'] }).listens).toMatchObject({ guarded: false })
    expect(syslog({}).listens).toMatchObject({ guarded: false, port: 514 })
  })
})

describe('lines over TCP', () => {
  test('are joined as those of a file are: they are the lines of a log', async () => {
    await start(tcp({ name: 'lines', port }), { framing: () => systemSyslog.framing })
    const socket = await dial()
    socket.write('one\n and more\ntwo\n')
    expect(await texts(1)).toEqual(['one\n and more'])
  })

  test('are kept as they come, the last one without its end too', async () => {
    await start(tcp({ name: 'lines', port }))
    const socket = await dial()
    socket.write('one\ntw')
    expect(await texts(1)).toEqual(['one'])
    socket.end('o\nthree')
    expect(await texts(2)).toEqual(['two', 'three'])
  })

  test('wait with their sender while nothing can be kept', async () => {
    await start(tcp({ name: 'lines', port, maxSpool: 8 }))
    const socket = await dial()
    socket.write('12345678\n')
    await waitUntil('the next is refused', () => {
      socket.write('later\n')
      return source.trouble !== undefined
    })
    expect(source.trouble).toContain('refuses what is pushed')
    expect((await texts(2)).slice(0, 2)).toEqual(['12345678', 'later'])
  })
})
