import { beforeAll, expect, test } from 'vitest'
import { type OwnEngine, ownEngine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { torture } from './torture-run.ts'

const timeout = 300_000
const seeds = [101, 102, 103, 104, 105]
const sound = { lost: 0, duplicated: 0, unbalanced: '' }

test.each(seeds)('killed again and again, DuckDB holds each line once (seed %i)', { timeout }, async (seed) => {
  await expect(torture({ name: 'duckdb', environment: {} }, seed, 2)).resolves.toMatchObject(sound)
})

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`${kind}, killed too`, () => {
    let engine: OwnEngine
    beforeAll(async () => {
      engine = await ownEngine(kind)
      return () => engine.close()
    }, 120_000)

    test.each(seeds)('holds each line once (seed %i)', { timeout }, async (seed) => {
      const restart = async (): Promise<void> => {
        await engine.stop('SIGKILL')
        await engine.start()
      }
      const victim = { name: kind, environment: { TAILRACE_STORE: engine.url }, restart }
      // One restart of an engine takes as long as several lives of the service.
      await expect(torture(victim, seed, seed === seeds[0] ? 3 : 2)).resolves.toMatchObject(sound)
    })
  })
