import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ledger } from '../../src/service/operations/ledger.ts'
import { retire } from '../../src/service/retire.ts'
import { openGenerations } from '../../src/source/generation.ts'
import { embedded, openBench } from '../support/letters-bench.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-retire-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const day = 86_400_000
const never = new AbortController().signal

test('what is gone for 30 days is forgotten with its checkpoint, and the account still agrees with the store', async () => {
  // The store counts five records of each generation; which they are does not matter here.
  const bench = await openBench(directory, embedded(directory), (parts) => ({
    ...parts,
    store: Object.assign(Object.create(parts.store), { countOf: async () => 5 }),
  }))
  let now = 100 * day
  const generations = await openGenerations(join(directory, 'generations'), { clock: () => now })
  const fresh = { source: 'app', device: '1', birth: 3, head: Buffer.from('x\n'), begin: 0, size: 3 }
  const [gone, there] = await Promise.all(
    ['/a', '/b'].map((path, i) => generations.register({ ...fresh, inode: String(i), path, origin: path })),
  )
  generations.update(gone!.key, { gone: now })
  const delta = { source: 'app', path: '/a', hour: 0, read: 10, stored: 10 }
  const rest = { duplicate: 0, filtered: 0, deadLettered: 0, redirected: 0, lost: 0, bytes: 6 }
  await bench.changes.write(
    [],
    () => ({ checkpoints: { [gone!.key]: 3, [there!.key]: 3 }, ledger: [{ ...delta, ...rest }], earliest: {} }),
    never,
  )
  const reset: unknown[] = []
  const context = {
    ...bench.context,
    sourceChanges: { generations, change: async () => undefined, reset: (...given: unknown[]) => reset.push(given) },
  }
  expect(await retire(context, never)).toBe(0)
  now += 31 * day
  expect(await retire(context, never)).toBe(1)
  expect([...bench.context.progress.checkpoints.keys()]).toEqual([there!.key])
  expect(generations.all().map(({ path }) => path)).toEqual(['/b'])
  expect(generations.expired()).toEqual([])
  expect(reset).toEqual([[gone!.key, undefined]])
  const total = (await Array.fromAsync(ledger(context, { verify: true }, never))).at(-1)
  expect(total).toMatchObject({ total: { stored: 10, held_by_store: 10, verified: true } })
  await generations.close()
  await bench.close()
})
