import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deliverySurvivesKills } from '../support/delivery-survives.ts'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { createService } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'

const timeout = 300_000
const all = { recursive: true } as const

test('each line is stored once in DuckDB, however often the service is killed', { timeout }, async () => {
  await expect(deliverySurvivesKills({}, 4)).resolves.toBeUndefined()
})

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`delivery to ${kind}`, () => {
    test('each line is stored once, however often the service is killed', { timeout }, async () => {
      const { url } = await engine(kind)
      const store = { TAILRACE_STORE: url, TAILRACE_NAMESPACE: 'kills' }
      await expect(deliverySurvivesKills(store, 4)).resolves.toBeUndefined()
    })

    test('what it holds and the account does not know of is found, counted once, and not sent again', {
      timeout,
    }, async () => {
      const { url } = await engine(kind)
      const environment = { TAILRACE_STORE: url, TAILRACE_NAMESPACE: 'account', TAILRACE_NGINX_ACCESS: 'access.log' }
      await using service = createService(environment)
      writeFileSync(join(service.directory, 'access.log'), accessLines(3000))
      const once = ['run', '--once', '--no-web']
      expect((await service.run(once)).code).toBe(0)
      // As if it had been killed after the last answer of the store, before that was written down.
      const checkpoints = join(service.directory, 'data/checkpoints')
      for (const name of readdirSync(checkpoints)) if (name !== 'generations') rmSync(join(checkpoints, name), all)
      expect((await service.run(once)).code).toBe(0)
      expect(await service.accounted()).toMatchObject({ read: 3000, stored: 3000, held_by_store: 3000, verified: true })
      expect(await service.rows(['sources'])).toMatchObject([{ lag_bytes: 0 }])
      expect(await service.rows(['stats'])).toEqual([{ count: 3000 }])
    })
  })
