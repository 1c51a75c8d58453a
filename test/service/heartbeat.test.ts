import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startHeartbeat } from '../../src/service/heartbeat.ts'
import { createTroubles } from '../../src/service/troubles.ts'
import { waitUntil } from '../support/wait-until.ts'

test('an address is asked for while all goes, keeps being asked for when it fails, and its secret is never told', async () => {
  const asked: string[] = []
  let status = 200
  const server = createServer(({ url, method }, answer) => {
    asked.push(`${method} ${url}`)
    answer.writeHead(status).end('ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const said: string[] = []
  const troubles = createTroubles()
  const report = (text: string) => void said.push(text)
  const heartbeat = startHeartbeat({ url: `http://${host}/ping/s3cret`, every: 5, troubles: troubles.now, report })
  try {
    await waitUntil('it is asked for', () => asked.length > 3)
    expect(new Set(asked)).toEqual(new Set(['GET /ping/s3cret']))
    status = 500
    await waitUntil('its failure is told', () => said.length === 1)
    const before = asked.length
    await waitUntil('it is asked for on', () => asked.length > before + 3)
    expect(said).toEqual([`the heartbeat does not reach ${host} and is tried again: it answers 500`])
    status = 200
    await waitUntil('it is over', () => said.length === 2)
    expect(said[1]).toBe(`the heartbeat reaches ${host} again`)
    troubles.set('store', { kind: 'store', about: 'elasticsearch', text: 'store is away', blocks: false })
    await waitUntil('it keeps silent', () => said.length === 3)
    expect(said[2]).toBe(`the heartbeat to ${host} keeps silent: store is away`)
    const silent = asked.length
    troubles.clear('store')
    await waitUntil('it goes on', () => asked.length > silent)
  } finally {
    await heartbeat.stop()
    server.close()
    server.closeAllConnections()
  }
  expect(said.join()).not.toContain('s3cret')
})

test('an address where nobody listens is told once', async () => {
  const said: string[] = []
  let looks = 0
  const heartbeat = startHeartbeat({
    url: 'http://127.0.0.1:1/s3cret',
    every: 5,
    troubles: () => {
      looks++
      return []
    },
    report: (text) => void said.push(text),
  })
  await waitUntil('it was tried often', () => looks > 5)
  await heartbeat.stop()
  expect(said).toEqual([expect.stringMatching(/^the heartbeat does not reach 127\.0\.0\.1:1 and is tried again: /)])
  expect(said.join()).not.toContain('s3cret')
})
