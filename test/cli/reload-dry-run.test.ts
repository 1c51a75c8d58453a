import { appendFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { aService, inForce, parser, says, service, started, stored, whole, write } from '../support/reloaded.ts'
import { waitUntil } from '../support/wait-until.ts'

const timeout = 270_000

aService()

const lines = (word: string, first: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `2026-11-27T08:00:00Z ${word} ${first + i} for alice\n`).join('')
const append = (text: string): void => appendFileSync(`${service.directory}/a.log`, text)

test('parsers that read clearly fewer of the last lines are not put in force unless told to; fields that change are said', {
  timeout,
}, async () => {
  write('a.log', lines('door', 0, 1200))
  service.start()
  await started()
  await whole('a.log', 1200)

  write('parsers/door.ts', parser('door').replaceAll("word('user.name')", "word('user.id')"))
  await inForce(1)
  expect(service.said()).toContain(
    'a: of the last 1000 lines 1000 of 1000 records parse (before: 1000 of 1000); gone: user.name; new: user.id',
  )

  // Somebody takes the program's next version for the one that runs.
  write('parsers/door.ts', parser('gate'))
  await waitUntil('it is refused', () => says('clearly fewer lines of a would parse') >= 1)
  append(lines('door', 1200, 100))
  await whole('a.log', 1300)
  const refused = await service.run(['reload'])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('0 of 1000 records parse (before: 1000 of 1000); the first that does not: ')
  expect(refused.err).not.toContain('for alice')
  expect(says('the configuration is in force')).toBe(1)

  const forced = await service.run(['reload', '--force', '--format', 'json'])
  expect([forced.code, forced.err]).toEqual([0, expect.stringContaining('a, b: reads on with its new definition')])
  expect(JSON.parse(forced.out)).toMatchObject([
    { pipeline: 'a', lines: 1000, before: { parsed: 1000, share: 1 }, after: { parsed: 0, share: 0 }, worse: true },
  ])
  await inForce(2)
  append(lines('gate', 1300, 100))
  await whole('a.log', 1400)
  expect(stored('a.log')).toHaveLength(1400)
  expect(await service.rows(['dlq', 'list'])).toEqual([])
})
