import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'simulate.ts')

/** In a process of its own: there every file of `src/` finds a simulated system under it. */
const simulate = async (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> => {
  try {
    const { stdout } = await run(process.execPath, [program, ...args], { maxBuffer: 64 << 20 })
    return { code: 0, out: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout + stderr }
  }
}

test('in a hundred simulated histories no record is lost, none is stored twice, and the ledger balances', {
  timeout: 300_000,
}, async () => {
  const { code, out } = await simulate('--seeds', '100')
  expect(code, out).toBe(0)
  expect(out).toContain('100 seeds, 0 of them wrong')
})

test('a seed is one history: told step by step, it is the same each time', async () => {
  const [first, again] = [await simulate('--seed', '7'), await simulate('--seed', '7')]
  expect(first.code, first.out.slice(-2000)).toBe(0)
  expect(first.out.split('\n').length).toBeGreaterThan(500)
  expect(again.out.replaceAll(/\.\d+\.tmp/g, '')).toBe(first.out.replaceAll(/\.\d+\.tmp/g, ''))
})

test.each([
  ['a journal that is not synced', 'src/durable/journal.ts', 'await file.datasync()', 'await Promise.resolve()'],
  [
    'a commit before the store has answered',
    'src/pipeline/delivery.ts',
    'await sink.write(batches, () => ({}), signal)',
    'void sink.write(batches, () => ({}), signal).catch(() => undefined)',
  ],
])('%s is found out', { timeout: 300_000 }, async (_, file, text, by) => {
  const { code, out } = await simulate('--first', '--file', file, '--text', text, '--by', by)
  expect(code, out).toBe(1)
  expect(out).toMatch(/seed \d+ went wrong/)
})
