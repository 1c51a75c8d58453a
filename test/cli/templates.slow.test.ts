import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createService } from '../support/service.ts'
import { waitUntil } from '../support/wait-until.ts'

const line = (second: number, message: string): string =>
  `2026-11-27 08:00:${String(second).padStart(2, '0')},000 INFO shop.orders ${message}\n`

test('what kinds of messages there are outlives a kill, and a message never seen before can be asked for', {
  timeout: 300_000,
}, async () => {
  await using service = createService({ TAILRACE_APP: 'app.log' })
  const file = join(service.directory, 'app.log')
  writeFileSync(
    file,
    ['order 7 created', 'user alice logged in', 'order 8 created'].map((text, i) => line(i, text)).join(''),
  )
  const stored = async (count: number) => {
    await waitUntil(`${count} events are stored`, async () => (await service.rows(['stats']))[0]?.['count'] === count)
    return service.rows(['stats', '--by', 'log.template.id', '--top', '10'])
  }
  const countsOf = (rows: readonly object[]): Record<string, number> =>
    Object.fromEntries(
      (rows as { by: Record<string, string>; count: number }[]).map(({ by, count }) => [by['log.template.id']!, count]),
    )
  service.start()
  const before = countsOf(await stored(3))
  expect(Object.values(before).sort()).toEqual([1, 2])
  await service.end('SIGKILL')

  appendFileSync(
    file,
    ['order 9 created', 'user bob logged in', 'the stock is out of step'].map((text, i) => line(i + 3, text)).join(''),
  )
  service.start()
  const after = countsOf(await stored(6))
  for (const [id, count] of Object.entries(before)) expect(after[id]).toBe(count + 1)
  expect(Object.keys(after)).toHaveLength(3)
  const [last] = await service.rows(['search', 'log.template.first: true', '--sort', '-@timestamp', '--limit', '1'])
  const fresh = Object.keys(after).find((id) => before[id] === undefined)
  expect(last).toMatchObject({
    message: 'the stock is out of step',
    log: { template: { id: fresh, first: true, text: 'the stock is out of step' } },
  })

  const listed = await service.rows(['templates', '--dataset', 'python.log'])
  expect(listed.map(({ text }) => text).sort()).toEqual([
    'order <*> created',
    'the stock is out of step',
    'user <*> logged in',
  ])
  expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(Object.keys(after)))
  expect(await service.rows(['templates', '--until', '2020-01-01'])).toEqual([])
})
