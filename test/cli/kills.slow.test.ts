import { expect, test } from 'vitest'
import { deliverySurvivesKills } from '../support/delivery-survives.ts'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'

const timeout = 180_000

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
  })
