import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type GuardOptions, guardConnections } from '../../src/access/guard.ts'
import type { RefusalReason } from '../../src/access/refusals.ts'
import { closed } from '../support/closed.ts'
import { waitUntil } from '../support/wait-until.ts'

const open: (Server | Socket)[] = []
afterEach(() => {
  for (const one of open.splice(0)) 'destroy' in one ? one.destroy() : one.close()
})

const refused: RefusalReason[] = []
/** A server that greets whom it lets in. */
const listen = async (options: Omit<GuardOptions, 'refused'>): Promise<number> => {
  refused.length = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('hello')
  })
  open.push(server)
  guardConnections(server, { refused: (reason) => void refused.push(reason), ...options })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

/** A connection from `from`, and whether it was let in. */
const enter = async (port: number, from = '127.0.0.1'): Promise<{ socket: Socket; entered: boolean }> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  open.push(socket)
  const entered = await Promise.race([
    once(socket, 'data').then(
      () => true,
      () => false,
    ),
    closed(socket).then(() => false),
  ])
  return { socket, entered }
}

describe('a guarded listener', () => {
  test('takes so many connections and no more, until one goes', async () => {
    const port = await listen({ limits: { connections: 2, perAddress: 2, perSecond: 100 } })
    const first = await enter(port)
    expect([first.entered, (await enter(port, '127.0.0.2')).entered]).toEqual([true, true])
    expect((await enter(port, '127.0.0.3')).entered).toBe(false)
    expect(refused).toEqual(['connections'])
    first.socket.destroy()
    await waitUntil('a place is free', async () => (await enter(port)).entered)
  })

  test('lets nobody take every place', async () => {
    const port = await listen({ limits: { connections: 10, perAddress: 2, perSecond: 100 } })
    const all = [await enter(port), await enter(port), await enter(port)]
    expect(all.map(({ entered }) => entered)).toEqual([true, true, false])
    expect(refused).toEqual(['address_connections'])
    expect((await enter(port, '127.0.0.2')).entered).toBe(true)
  })

  test('takes new connections of one address as fast as is allowed', async () => {
    let now = 0
    const limits = { connections: 100, perAddress: 100, perSecond: 1 }
    const port = await listen({ limits, clock: () => now })
    for (let i = 0; i < 10; i++) expect((await enter(port)).entered).toBe(true)
    expect((await enter(port)).entered).toBe(false)
    expect(refused).toEqual(['connection_rate'])
    expect((await enter(port, '127.0.0.2')).entered).toBe(true)
    now += 1000
    expect((await enter(port)).entered).toBe(true)
  })

  test('counts a proxy, which stands for many, in the sum alone', async () => {
    const limits = { connections: 3, perAddress: 1, perSecond: 1 }
    const port = await listen({ limits, isProxy: (address) => address === '127.0.0.1' })
    const all = [await enter(port), await enter(port), await enter(port), await enter(port)]
    expect(all.map(({ entered }) => entered)).toEqual([true, true, true, false])
    expect(refused).toEqual(['connections'])
  })
})
