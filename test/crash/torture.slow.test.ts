import { describe, expect, test } from 'vitest'
import { ownEngine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { torture, type Victim } from './torture-run.ts'

// For a slow machine: each takes a minute beside much else.
const timeout = 900_000
const rounds = 6
const sound = { lost: 0, duplicated: 0, unbalanced: '', kills: rounds }

describe.concurrent('killed again and again, each line is there once', () => {
  test('in DuckDB', { timeout }, async () => {
    await expect(torture({ name: 'duckdb', environment: {} }, 101, rounds)).resolves.toMatchObject(sound)
  })

  for (const kind of ['elasticsearch', 'opensearch'] as const)
    needs(kind)(`the ${kind} too`, () => {
      test('in it', { timeout }, async () => {
        await using engine = await ownEngine(kind)
        const restart = async (): Promise<void> => {
          await engine.stop('SIGKILL')
          await engine.start()
        }
        const victim: Victim = { name: kind, environment: { TAILRACE_STORE: engine.url }, restart }
        await expect(torture(victim, 101, rounds)).resolves.toMatchObject({ ...sound, restarts: 1 })
      })
    })
})
