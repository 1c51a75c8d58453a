import { expect, test } from 'vitest'
import { level, levelWords } from '../../src/transform/level.ts'
import { values } from './documents.ts'

const levels = (given: readonly string[], options?: Parameters<typeof level>[0]): Promise<unknown[]> =>
  values(
    'log.level',
    given.map((text) => ({ 'log.level': text })),
    level(options),
  )

test('words mean the same however programs write them', async () => {
  expect(await levels(['WARNING', 'Warn', '[error]', 'ERR', 'information', 'FATAL', 'panic', 'verbose', 'D', '<notice>'])).toEqual([
    'warn', 'warn', 'error', 'error', 'info', 'critical', 'emergency', 'trace', 'debug', 'notice',
  ]) // biome-ignore format: across
})

test('numbers are syslog’s below ten, else those of pino or Python', async () => {
  expect(await levels(['0', '3', '4', '7', '10', '30', '50', '60'])).toEqual([
    'emergency', 'error', 'warn', 'debug', 'trace', 'info', 'error', 'critical',
  ]) // biome-ignore format: across
  expect(await levels(['10', '20', '30', '50', '60'], { numbers: 'python' })).toEqual([
    'debug',
    'info',
    'warn',
    'critical',
    '60',
  ])
})

test('what means no level stays as it is', async () => {
  expect(await levels(['audit', '8', '35', 'x'.repeat(5000), ''])).toEqual(['audit', '8', '35', 'x'.repeat(5000), ''])
})

test('no word means two levels', async () => {
  const words = Object.values(levelWords).flat()
  expect(new Set(words).size).toBe(words.length)
  for (const [name, list] of Object.entries(levelWords))
    expect(await levels(list.map((word) => word.toUpperCase()))).toEqual(list.map(() => name))
})
