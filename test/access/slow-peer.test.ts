import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { boundSlowPeer, type Patience, type SlowPeer } from '../../src/access/slow-peer.ts'
import { closed } from '../support/closed.ts'

const open: (Server | Socket)[] = []
afterEach(() => {
  for (const one of open.splice(0)) 'destroy' in one ? one.destroy() : one.close()
})

const long = 600_000
/** Both ends of a connection, the server's one bounded. */
const pair = async (patience: Partial<Patience>): Promise<{ here: Socket; there: Socket; peer: SlowPeer }> => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const there = connect((server.address() as { port: number }).port, '127.0.0.1')
  const [here] = (await once(server, 'connection')) as [Socket]
  open.push(server, here, there)
  for (const socket of [here, there]) socket.on('error', () => undefined)
  return { here, there, peer: boundSlowPeer(here, { idle: 0, whole: long, unread: 1 << 20, ...patience }) }
}

describe('a peer is cut off', () => {
  test('that begins a message and does not end it, however steadily it sends', async () => {
    const { here, there, peer } = await pair({ whole: 50 })
    here.on('data', () => peer.began())
    const drip = setInterval(() => there.write('x'), 5)
    await closed(here)
    clearInterval(drip)
    expect(here.destroyed).toBe(true)
  })

  test('that says nothing', async () => {
    const { here } = await pair({ idle: 20 })
    await closed(here)
    expect(here.destroyed).toBe(true)
  })

  test('that sends, and never reads what it is answered', async () => {
    const { here, there, peer } = await pair({ unread: 1000 })
    there.pause()
    here.on('data', () => {
      peer.began()
      peer.ended()
      if (!here.destroyed) here.write(Buffer.alloc(1 << 20))
    })
    const sending = setInterval(() => there.write('x'), 1)
    await closed(here)
    clearInterval(sending)
    expect(here.destroyed).toBe(true)
  })
})

test('a peer that ends what it begins stays, and a message is timed from its beginning', async () => {
  const { here, there, peer } = await pair({ whole: 40 })
  peer.began()
  peer.ended()
  const other = await pair({ whole: 80 })
  other.peer.began()
  await closed(other.here)
  expect(here.destroyed).toBe(false)
  there.write('still here')
  expect(String(await once(here, 'data'))).toBe('still here')
})
