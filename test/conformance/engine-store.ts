import { afterAll, beforeAll } from 'vitest'
import { openElasticsearch } from '../../src/store/elasticsearch/store.ts'
import { type EngineKind, type OwnEngine, ownEngine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { runStoreSuite } from './suite.ts'

const ask = async (url: string, method = 'GET'): Promise<Record<string, unknown>> => {
  const answer = await fetch(url, { method })
  return (await answer.json()) as Record<string, unknown>
}

/** A suite asks about all there is, so each engine is its own, emptied after every test. */
export const runEngineSuite = (kind: EngineKind, suite: typeof runStoreSuite = runStoreSuite): void => {
  needs(kind)(kind, () => {
    let engine: OwnEngine | undefined
    beforeAll(async () => {
      engine = await ownEngine(kind)
    }, 120_000)
    afterAll(() => engine?.close())

    suite(kind, async () => {
      const { url } = engine!
      const store = await openElasticsearch({ nodes: [url], backoff: { first: 20, most: 500 } })
      return {
        store,
        cleanup: async () => {
          await store.close()
          if (kind === 'opensearch') await ask(`${url}/_data_stream/logs-*`, 'DELETE')
          await ask(`${url}/logs-*?allow_no_indices=true`, 'DELETE')
          await ask(`${url}/_index_template/tailrace-*`, 'DELETE')
        },
      }
    })
  })
}
