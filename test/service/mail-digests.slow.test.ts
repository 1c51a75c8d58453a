import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dateOf } from '../../src/digest/day.ts'
import type { Mail } from '../../src/notify/mail.ts'
import { openOutbox } from '../../src/notify/outbox.ts'
import type { Context } from '../../src/service/context.ts'
import { createDigests } from '../../src/service/digests.ts'
import { loadConfig } from '../../src/service/load.ts'
import { mailDigests } from '../../src/service/mail-digests.ts'
import { openElasticsearch } from '../../src/store/elasticsearch/store.ts'
import { createProgressState } from '../../src/store/ledger.ts'
import { ownEngine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { waitUntil } from '../support/wait-until.ts'

needs('elasticsearch')('a digest whose store is away at its time', () => {
  it('goes out once when the store is back, and that is said once', { timeout: 240_000 }, async () => {
    using directory = scratchDir('away')
    await using engine = await ownEngine('elasticsearch')
    const { config } = await loadConfig({ pipelines: [], timezone: 'UTC' }, {}, directory.path)
    const store = await openElasticsearch({ nodes: [engine.url], backoff: { first: 20, most: 500 } })
    const context = {
      config: { ...config, digest: { at: '00:00', timezone: 'UTC', lang: 'en' } },
      store,
      storeName: 'elasticsearch',
      progress: createProgressState(),
      inFlight: () => [],
      others: async () => [],
      namespace: 'default',
    } as unknown as Context
    const reports: string[] = []
    const report = (text: string): void => void reports.push(text)
    const sent: Mail[] = []
    const outbox = await openOutbox({
      directory: join(directory.path, 'outbox'),
      send: async (mail) => void sent.push(mail),
      clock: Date.now,
      report,
    })
    await engine.stop()
    const position = (): number => Date.now()
    const digests = createDigests({ context, alerts: () => [], position })
    const mailing = mailDigests({ config: context.config, digests, outbox, position, report })
    try {
      await waitUntil('it is said', () => reports.length > 0, { timeout: 180_000 })
      const yesterday = dateOf(Date.now(), 'UTC', -1)
      await mailing!.look()
      expect(reports).toEqual([
        expect.stringMatching(
          `^the digest of ${yesterday} cannot be made and is tried again: no digest can be made now: .*ECONNREFUSED`,
        ),
      ])
      await engine.start()
      await waitUntil('it went out', () => sent.length > 0, { timeout: 270_000 })
      await mailing!.look()
      await outbox.drain()
      expect(sent.map(({ subject }) => subject)).toEqual([`[Tailrace] ${yesterday}: Nothing came in, no alert`])
      expect(reports.slice(1)).toEqual([`the digest of ${yesterday} could be made now`])
    } finally {
      await mailing?.stop()
      await outbox.close()
      await store.close()
    }
  })
})
