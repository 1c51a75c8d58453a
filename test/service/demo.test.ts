import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Line, logs } from '../../src/service/demo/answer.ts'
import { createIncidents } from '../../src/service/demo/incident.ts'
import { openLogFile } from '../../src/service/demo/log-file.ts'
import { createShop } from '../../src/service/demo/shop.ts'
import { clf, clfTimeOf } from '../../src/service/demo/stamp.ts'
import { createDemo, type DemoOptions } from '../../src/service/demo/writer.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'

const start = Date.UTC(2026, 10, 27, 12)
const minute = 60_000

const linesBetween = (from: number, to: number, seed = 7): readonly Line[] => {
  const shop = createShop(seed, createIncidents([start]), from / 1000)
  return Array.from({ length: (to - from) / 1000 }, (_, i) => shop.linesOf(from / 1000 + i)).flat()
}
const access = (lines: readonly Line[]): readonly Line[] => lines.filter(({ log }) => log === 'nginx/access.log')
const failed = (lines: readonly Line[]): number => access(lines).filter(({ text }) => /" 50[234] /.test(text)).length

describe('the shop', () => {
  test('is the same for the same seed, wherever one begins to look', () => {
    const lines = linesBetween(start, start + 2 * minute)
    expect(linesBetween(start, start + 2 * minute)).toEqual(lines)
    expect(linesBetween(start, start + 2 * minute, 8)).not.toEqual(lines)
    const later = linesBetween(start + minute, start + 2 * minute)
    const kept = new Set(lines.map(({ text }) => text))
    expect(later.filter(({ text }) => kept.has(text)).length / later.length).toBeGreaterThan(0.98)
  })

  test('is as busy as a small shop, from the first second on', () => {
    for (let i = 0; i < 8; i++) {
      const lines = linesBetween(start - (20 - i) * minute, start - (19 - i) * minute)
      expect(lines.length / 60).toBeGreaterThan(8)
      expect(lines.length / 60).toBeLessThan(60)
    }
  })

  test('has trouble at its payments within a minute of the start, and none before', () => {
    const before = linesBetween(start - 10 * minute, start)
    expect(failed(before) / access(before).length).toBeLessThan(0.01)
    const during = linesBetween(start + 20_000, start + minute)
    expect(failed(during) / access(during).length).toBeGreaterThan(0.1)
    const after = linesBetween(start + 6 * minute, start + 10 * minute)
    expect(failed(after) / access(after).length).toBeLessThan(0.01)
    expect(during.filter(({ log }) => log === 'mysql/slow.log').length).toBeGreaterThan(3)
    expect(during.some(({ text }) => text.includes('Traceback (most recent call last)'))).toBe(true)
  })

  test('writes what the parsers read, hostile visitors included', async () => {
    const { grammars } = await loadFormats()
    const lines = linesBetween(start - 6 * minute, start + 2 * minute)
    const parsers = {
      'nginx/access.log': 'nginx.access',
      'nginx/error.log': 'nginx.error',
      'mysql/slow.log': 'mysql.slowlog',
      'app/web.log': 'node.pino',
      'app/payments.log': 'python.log',
      'app/events.log': 'shop.event',
    } as const
    expect(lines.some(({ text }) => text.includes('<script>'))).toBe(true)
    expect(lines.some(({ text }) => text.includes('\\x1B[2J'))).toBe(true)
    for (const log of logs) {
      const grammar = grammars.find(({ name }) => name === parsers[log])
      const texts = lines.filter((line) => line.log === log).map(({ text }) => text)
      expect(texts.length).toBeGreaterThan(10)
      if (grammar !== undefined) for (const text of texts) expect(grammar.explain(Buffer.from(text))).toBeUndefined()
    }
  })
})

test('a time read from an access log is the one written', () => {
  expect(clfTimeOf(`1.2.3.4 - - [${clf(start)}] "GET / HTTP/1.1"`)).toBe(start)
  expect(clfTimeOf('[27/Foo/2026:12:00:00 +0000]')).toBeUndefined()
})

describe('a log file', () => {
  let directory: ScratchDir
  beforeEach(() => {
    directory = scratchDir('demo-log')
  })
  afterEach(() => directory.remove())

  test('keeps as many as it should when rotated, the newest first', () => {
    const path = join(directory.path, 'a/x.log')
    const file = openLogFile(path, 3)
    for (let i = 0; i < 6; i++) {
      file.append(`${i}\n`)
      file.rotate()
    }
    file.append('last\n')
    file.close()
    expect(readdirSync(join(directory.path, 'a')).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2', 'x.log.3'])
    expect(readFileSync(path, 'utf8')).toBe('last\n')
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('5\n')
    expect(readFileSync(`${path}.3`, 'utf8')).toBe('3\n')
  })

  test('ends a line that was torn before it goes on', () => {
    const path = join(directory.path, 'x.log')
    appendFileSync(path, 'whole\nto')
    const file = openLogFile(path, 3)
    file.append('new\n')
    file.close()
    expect(readFileSync(path, 'utf8')).toBe('whole\nto\nnew\n')
  })
})

describe('the writer', () => {
  let directory: ScratchDir
  let now = start
  beforeEach(() => {
    directory = scratchDir('demo')
    now = start
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    directory.remove()
  })
  const begin = (more: Partial<DemoOptions> = {}) =>
    createDemo({
      data: directory.path,
      wanted: () => true,
      clock: () => now,
      unread: () => 0,
      history: 8 * minute,
      report: (text) => reports.push(text),
      ...more,
    })
  const reports: string[] = []
  const pass = (seconds: number): void => {
    for (let i = 0; i < seconds * 4; i++) {
      now += 250
      vi.advanceTimersByTime(250)
    }
  }
  const path = (log: string): string => join(directory.path, 'demo', log)
  const times = (): number[] => {
    const lines = readFileSync(path('nginx/access.log'), 'utf8').trim().split('\n')
    return lines.map((line) => clfTimeOf(line)!)
  }

  test('writes some of the past first, then as time passes, each line at its time', () => {
    const demo = begin()
    const past = times()
    expect(past[0]).toBeLessThan(start - 7 * minute)
    expect(past.at(-1)).toBeLessThanOrEqual(start)
    expect(past).toEqual([...past].sort((a, b) => a - b))
    demo.start()
    pass(10)
    expect(times().length).toBeGreaterThan(past.length + 30)
    expect(times().at(-1)).toBeLessThanOrEqual(now)
    demo.stop()
  })

  test('goes on where it stopped: nothing twice, and the time between is there too', () => {
    begin().stop()
    const before = times()
    now += 5 * minute
    begin().stop()
    const after = times()
    expect(after.slice(0, before.length)).toEqual(before)
    const fresh = after.slice(before.length)
    expect(fresh[0]).toBeGreaterThan(before.at(-1)!)
    for (let i = 0; i < 5; i++)
      expect(fresh.some((at) => at >= start + i * minute && at < start + (i + 1) * minute)).toBe(true)
  })

  test('after a long pause writes the last of it only', () => {
    begin().stop()
    const before = times().length
    now += 100 * 60 * minute
    begin().stop()
    expect(times()[before]).toBeGreaterThan(now - 9 * minute)
  })

  test('rotates, writes no log that nothing reads, and waits while nothing is read', () => {
    let unread = 0
    const demo = begin({ rotateAt: 1000, wanted: (log) => log !== 'nginx/error.log', unread: () => unread })
    demo.start()
    pass(30)
    expect(readdirSync(join(directory.path, 'demo/nginx')).sort()).toEqual([
      'access.log',
      'access.log.1',
      'access.log.2',
      'access.log.3',
    ])
    expect(existsSync(path('nginx/error.log'))).toBe(false)
    unread = 1e9
    const held = readFileSync(path('nginx/access.log'))
    pass(10)
    expect(readFileSync(path('nginx/access.log')).equals(held)).toBe(true)
    demo.stop()
    expect(reports).toEqual([])
  })
})
