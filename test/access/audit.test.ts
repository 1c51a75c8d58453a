import { expect, test } from 'vitest'
import { createAudit } from '../../src/access/audit.ts'

test('an attack does not fill the log: what is beyond the pace is counted, and told with the next', () => {
  let now = 0
  const lines: (readonly [object, string])[] = []
  const counted: string[] = []
  const write = (fields: object, text: string): void => void lines.push([fields, text])
  const audit = createAudit(
    { info: write, warn: write } as never,
    (event) => counted.push(event),
    () => now,
  )
  for (let i = 0; i < 1000; i++) audit({ event: 'wrong', address: '10.0.0.9', user: 'vera' })
  expect(lines).toHaveLength(100)
  expect(lines[0]).toEqual([
    { audit: 'wrong', user: 'vera', address: '10.0.0.9' },
    'vera was refused: wrong password or token',
  ])
  now += 1000
  audit({ event: 'login', address: '10.0.0.1', user: 'otto', about: 'operator' })
  expect(lines.at(-1)).toEqual([
    { audit: 'login', user: 'otto', address: '10.0.0.1', about: 'operator', untold: 900 },
    'otto came in',
  ])
  expect(counted).toHaveLength(1001)
})
