import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type StandIn, standIn } from '../store/elasticsearch/stand-in.ts'
import {
  storeThatAnswersNonsense,
  storeThatJudges,
  storeThatRefusesEverybody,
} from '../store/elasticsearch/stand-ins.ts'
import { freePort } from '../support/free-port.ts'
import { createService, type Service } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'

const timeout = 270_000

/** A service that follows one file into the store at `url`. */
const following = (url: string): Service & { readonly log: string } => {
  const service = createService({ TAILRACE_STORE: url, TAILRACE_NGINX_ACCESS: 'access.log' })
  return Object.assign(service, { log: join(service.directory, 'access.log') })
}
const holds = (store: StandIn, count: number) =>
  expect
    .poll(() => [store.stored.length, new Set(store.stored).size, store.documents.size], { timeout: 180_000 })
    .toEqual([count, count, count])

test('a store that is away at the start is waited for, which is said once; a command ends with 3', {
  timeout,
}, async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  await using service = following(url)
  writeFileSync(service.log, accessLines(10))
  service.start()
  await expect.poll(service.said, { timeout: 60_000 }).toContain('store gives no answer')
  const stats = await service.run(['stats', '--store', url])
  expect(stats).toMatchObject({ code: 3, out: '' })
  expect(stats.err).toContain('ECONNREFUSED')
  expect(service.said().match(/ error /g)).toHaveLength(1)
  expect(await service.end('SIGTERM')).toBe(143)
})

test('a store that goes away in the middle gets each record once when it is back', { timeout }, async () => {
  const store = await standIn()
  await using service = following(store.url)
  writeFileSync(service.log, accessLines(200))
  service.start()
  await holds(store, 200)
  await store.close()
  appendFileSync(service.log, accessLines(200, 200))
  await expect.poll(service.said, { timeout: 60_000 }).toContain('store gives no answer')
  await store.open()
  await holds(store, 400)
  await expect.poll(service.said, { timeout: 60_000 }).toContain('store: it goes again')
  expect(await service.end('SIGTERM')).toBe(143)
  await store.close()
})

test.each([401, 403])(
  'a store that answers %i to everything is waited for, and nothing is lost',
  { timeout },
  async (status) => {
    const store = await storeThatRefusesEverybody(status, 7)
    await using service = following(store.url)
    writeFileSync(service.log, accessLines(50))
    service.start()
    await expect.poll(service.said, { timeout: 60_000 }).toContain(`${status}`)
    await holds(store, 50)
    expect(await service.end('SIGTERM')).toBe(143)
    await store.close()
  },
)

test.each(['a login page', 'half a response', 'too few items'] as const)(
  'a store that answers nonsense (%s) ends with each record there, and no dead letter',
  { timeout },
  async (kind) => {
    const store = await storeThatAnswersNonsense(kind)
    await using service = following(store.url)
    writeFileSync(service.log, accessLines(50))
    service.start()
    await expect.poll(() => store.documents.size, { timeout: 180_000 }).toBe(50)
    await expect.poll(async () => (await service.rows(['sources']))[0]?.['lag_bytes'], { timeout: 90_000 }).toBe(0)
    expect(await service.rows(['dlq', 'list'])).toEqual([])
    expect(await service.end('SIGTERM')).toBe(143)
    expect(store.stored).toHaveLength(50)
    await store.close()
  },
)

test('what a failure store took is redirected in the ledger, which balances, and no dead letter', {
  timeout,
}, async () => {
  const store = await storeThatJudges((id) =>
    Number(id.split('-')[1]) % 2 === 1 ? { create: { _id: 'own', status: 201, failure_store: 'used' } } : undefined,
  )
  await using service = following(store.url)
  writeFileSync(service.log, accessLines(60))
  service.start()
  await expect
    .poll(async () => (await service.rows(['ledger'])).at(-1)?.['total'], { timeout: 180_000 })
    .toMatchObject({ read: 60, in_flight: 0 })
  const { stored, redirected } = (await service.rows(['ledger'])).at(-1)!['total'] as Record<string, number>
  expect(redirected).toBeGreaterThan(0)
  expect(stored).toBe(store.stored.length)
  expect(stored! + redirected!).toBe(60)
  expect((await service.rows(['ledger'])).at(-1)).toMatchObject({ total: { dead_lettered: 0, balanced: true } })
  expect(await service.rows(['dlq', 'list'])).toEqual([])
  expect(await service.end('SIGTERM')).toBe(143)
  await store.close()
})
