import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openProgressLog } from '../../src/service/progress-log.ts'
import type { Store } from '../../src/store/store.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const at = (offset: number) => ({ checkpoints: { key: offset }, ledger: [], earliest: {} })

test('no record is written behind one that was given up: its checkpoint would pass what is in no account', async () => {
  using scratch = scratchDir('progress-log')
  const directory = join(scratch.path, 'checkpoints')
  const stop = new AbortController()
  const reports: string[] = []
  const open = (signal: AbortSignal) => openProgressLog({} as Store, directory, (text) => reports.push(text), signal)
  const log = await open(stop.signal)
  rmSync(directory, { recursive: true })
  writeFileSync(directory, 'no directory')
  const first = log.commit(at(10))
  const second = log.commit(at(20))
  const ended = Promise.allSettled([first, second])
  await expect.poll(() => reports).toHaveLength(1)
  stop.abort()
  await expect(first).rejects.toThrow('aborted')
  rmSync(directory)
  mkdirSync(directory)
  await expect(log.commit(at(30))).rejects.toThrow('aborted')
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await log.close()
  const again = await open(new AbortController().signal)
  expect(again.state.checkpoints).toEqual(new Map())
  await again.close()
})
