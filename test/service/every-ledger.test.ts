import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDigests } from '../../src/service/digests.ts'
import { createOverview } from '../../src/service/page.ts'
import { die, embedded, openBench } from '../support/letters-bench.ts'
import { scratchDir } from '../support/scratch-dir.ts'

test('the digest and the page at / tell of every store, what is dead in one of them too', async () => {
  using directory = scratchDir('every-ledger')
  const [one, two] = ['one', 'two'].map((name) => join(directory.path, name)) as [string, string]
  const first = await openBench(one, embedded(one))
  const second = await openBench(two, embedded(two))
  const clock = (): number => Date.parse('2026-11-28T09:00:00Z')
  try {
    await die(first, ['nonsense'])
    await die(second, ['nonsense', 'more of it'])
    const context = {
      ...first.context,
      others: async () => [
        { name: 'second', context: { ...second.context, storeName: 'second' } },
        // Its start still waits for it.
        { name: 'third', context: undefined },
      ],
    }
    const digests = createDigests({ context, alerts: () => [], position: clock, clock })
    const { digest } = await digests.make({ date: '2026-11-27' }, new AbortController().signal)
    expect(digest.ledger).toMatchObject([
      { source: 'doors', store: 'second', read: 2, deadLettered: 2, balanced: true },
      { source: 'doors', store: 'test', read: 1, deadLettered: 1, balanced: true },
    ])
    const overview = createOverview({
      config: context.config,
      demo: false,
      context: () => context,
      alerts: () => [],
      elsewhere: () => undefined,
      troubles: () => [],
      clock,
    })
    const { ledger, silence } = await overview(new URLSearchParams(), 'en')
    expect(silence).toBeUndefined()
    expect(ledger).toMatchObject([
      { store: 'test', read: 1, deadLettered: 1, balanced: true },
      { store: 'second', read: 2, deadLettered: 2, balanced: true },
    ])
  } finally {
    await first.close()
    await second.close()
  }
}, 60_000)
