import { once } from 'node:events'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { scratchDir } from './scratch-dir.ts'
import { accessLines, begin, tailrace } from './tailrace.ts'

const count = async (cwd: string, environment: Readonly<Record<string, string>>, metric: string): Promise<unknown> => {
  const args = ['stats', '--metric', metric, '--format', 'ndjson']
  const { out } = await tailrace(cwd, args, { environment })
  return JSON.parse(out)
}

/**
 * A file is written, rotated and written again while the service is killed with SIGKILL and started again; then the
 * store holds each line once, and the ledger balances.
 */
export const deliverySurvivesKills = async (store: Readonly<Record<string, string>>, kills: number): Promise<void> => {
  using directory = scratchDir('delivery')
  const log = join(directory.path, 'access.log')
  const environment = { ...store, TAILRACE_NGINX_ACCESS: `${log}*` }
  const size = 4000
  writeFileSync(log, '')
  for (let round = 0; round < kills; round++) {
    const service = begin(directory.path, ['run', '--no-web'], environment)
    service.stderr!.resume()
    service.stdout!.resume()
    appendFileSync(log, accessLines(size, round * size))
    await sleep(400 + 300 * round)
    service.kill('SIGKILL')
    await once(service, 'close')
    if (round % 2 === 0) {
      renameSync(log, `${log}.${round}`)
      writeFileSync(log, '')
    }
  }
  const last = await tailrace(directory.path, ['run', '--once', '--no-web'], { environment })
  expect(last.err).not.toContain('fatal')
  expect(last.code).toBe(0)
  expect(await count(directory.path, environment, 'unique(url.path)')).toMatchObject({ count: kills * size })
  const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'], { environment })
  expect(ledger.code).toBe(0)
  expect(JSON.parse(ledger.out.trim().split('\n').at(-1)!)).toMatchObject({
    total: { stored: kills * size, balanced: true, verified: true },
  })
}
