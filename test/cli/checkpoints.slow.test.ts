import { expect, test } from 'vitest'
import { checkpointsSurvive, type damages } from '../support/checkpoints-survive.ts'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'

const timeout = 300_000

test.each(['zeroed', 'gone', 'a flipped bit'] as const)(
  'checkpoints beside DuckDB: %s',
  { timeout },
  async (damage) => {
    await expect(checkpointsSurvive({}, '', damage)).resolves.toBeUndefined()
  },
)

needs('elasticsearch')('checkpoints beside Elasticsearch', () => {
  test.each(['garbage', 'cut off'] satisfies readonly (keyof typeof damages)[])('%s', { timeout }, async (damage) => {
    const { url } = await engine('elasticsearch')
    const namespace = `damaged${damage.replace(' ', '')}`
    const store = { TAILRACE_STORE: url, TAILRACE_NAMESPACE: namespace }
    await expect(checkpointsSurvive(store, '', damage)).resolves.toBeUndefined()
  })
})
