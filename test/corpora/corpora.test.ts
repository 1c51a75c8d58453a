import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { command } from '../support/tailrace.ts'
import { flatten, isSame } from './compare.ts'

describe('values that others wrote down', () => {
  it('are leaves by name, without what stands for nothing', () => {
    expect(flatten({ a: { b: 1, c: { d: '-' } }, 'e.f': ['x'], g: [], h: null })).toEqual(
      new Map<string, unknown>([
        ['a.b', 1],
        ['e.f', ['x']],
      ]),
    )
  })

  it('are compared as what they stand for', () => {
    expect(isSame('2019-06-14T10:40:20.912-02:00', '2019-06-14T12:40:20.912134Z')).toBe(true)
    expect(isSame('2019-06-14T10:40:20.912-02:00', '2019-06-14T10:40:20.912Z')).toBe(false)
    expect(isSame(['b', 'a'], ['a', 'b'])).toBe(true)
    expect(isSame(['a'], 'a')).toBe(true)
    expect(isSame('2001:db8:0::1', '2001:db8::1')).toBe(true)
    expect(isSame('80', 80)).toBe(true)
    expect(isSame('080', 80)).toBe(false)
    expect(isSame(null, undefined)).toBe(false)
    expect(isSame('a', undefined)).toBe(false)
  })
})

describe('npm run corpora', () => {
  const run = (...args: readonly string[]) =>
    spawnSync(command[0], [join(import.meta.dirname, 'run.ts'), ...args], { encoding: 'utf8' })

  it('prints a table and writes every difference', { timeout: 60_000 }, () => {
    using folder = scratchDir('tailrace-corpora')
    const put = (set: string, file: string, text: string): void => {
      mkdirSync(join(folder.path, set), { recursive: true })
      writeFileSync(join(folder.path, set, file), text)
    }
    const rows = [
      { name: 'right', tok: '%{a} %{b}', msg: '1 2', expected: { a: '1', b: '2' } },
      { name: 'wrong', tok: '%{a} %{b}', msg: '1 2', expected: { a: '1', b: '<b>' } },
    ]
    put('dissect', 'rows.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    put('lnav-logs', 'one.log', '{"level":"info","msg":"a"}\n{"level":"info","msg":"b"}\n')
    put('lnav-logs', 'two.log', 'what is this\nand that\n')
    put('unheard-of', 'file', 'x')
    const report = join(folder.path, 'report')
    const { status, stdout } = run(folder.path, '--report', report)
    expect(status).toBe(0)
    expect(stdout).toMatch(/dissect +rows\.jsonl +2 +2 +100\.00 % +2 +1 +50\.00 % +1/)
    expect(stdout).toMatch(/lnav-logs +json +2 +2 +100\.00 %/)
    expect(stdout).toMatch(/lnav-logs +refused +2 +0 +0\.00 %/)
    expect(stdout).toMatch(/unheard-of .*no file/)
    const told = readFileSync(report, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(told.find(({ set }) => set === 'dissect')).toMatchObject({ name: 'wrong', result: { a: '1', b: '2' } })
    expect(told.find(({ file }) => file === 'two.log')).toMatchObject({ said: [expect.stringContaining('none of')] })
  })

  it('says what it needs', () => {
    expect(run().status).toBe(2)
  })
})
