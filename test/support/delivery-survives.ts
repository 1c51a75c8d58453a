import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { createService } from './service.ts'
import { accessLines } from './tailrace.ts'

/**
 * A file is written, rotated and written again while the service is killed with SIGKILL and started again; then the
 * store holds each line once, and the ledger balances.
 */
export const deliverySurvivesKills = async (store: Readonly<Record<string, string>>, kills: number): Promise<void> => {
  await using service = createService({ ...store, TAILRACE_NGINX_ACCESS: 'access.log*' })
  const log = join(service.directory, 'access.log')
  const size = 4000
  writeFileSync(log, '')
  for (let round = 0; round < kills; round++) {
    service.start()
    appendFileSync(log, accessLines(size, round * size))
    await sleep(400 + 300 * round)
    await service.end('SIGKILL')
    if (round % 2 === 0) {
      renameSync(log, `${log}.${round}`)
      writeFileSync(log, '')
    }
  }
  const last = await service.run(['run', '--once', '--no-web'])
  expect(last.err).not.toContain('fatal')
  expect(last.code).toBe(0)
  expect(await service.rows(['stats'])).toEqual([{ count: kills * size }])
  expect(await service.accounted()).toMatchObject({ stored: kills * size, balanced: true, verified: true })
}
