import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ElasticsearchSettings, StoreSettings } from '../config/settings.ts'
import type { Store } from '../store/store.ts'
import type { Config } from './load.ts'

/** A short name that stays the same for the same store: checkpoints are kept under it. */
export const storeId = (store: StoreSettings): string =>
  store.kind === 'duckdb'
    ? 'duckdb'
    : `elasticsearch-${createHash('sha256')
        .update([...store.nodes].map(String).sort().join(','))
        .digest('hex')
        .slice(0, 12)}`

const authOf = (settings: ElasticsearchSettings) => {
  if (settings.apiKey !== undefined) return { kind: 'apiKey', apiKey: String(settings.apiKey) } as const
  if (settings.bearer !== undefined) return { kind: 'bearer', token: String(settings.bearer) } as const
  if (settings.user !== undefined)
    return { kind: 'basic', username: String(settings.user), password: String(settings.password ?? '') } as const
  return undefined
}

const patience = 10_000

/** A command that asks a question holds the file for a moment; a service that starts just then waits for it. */
const whenFree = async (open: () => Promise<Store>): Promise<Store> => {
  for (const until = Date.now() + patience; ; ) {
    try {
      return await open()
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'store_locked' || Date.now() > until) throw error
      await sleep(100)
    }
  }
}

/** Opens what the configuration names. The libraries are loaded only for the store that is used. */
export const openStore = async (
  config: Pick<Config, 'store' | 'data' | 'namespace'>,
  report?: (text: string) => void,
): Promise<Store> => {
  if (config.store.kind === 'duckdb') {
    const { openDuckdb } = await import('../store/duckdb/store.ts')
    const { path = join(config.data, 'store', 'tailrace.duckdb'), memory } = config.store
    return whenFree(() => openDuckdb({ path, ...(memory === undefined ? {} : { memory }) }))
  }
  const { openElasticsearch } = await import('../store/elasticsearch/store.ts')
  const { nodes, ca, certificate, key, compression, installTemplates } = config.store
  const auth = authOf(config.store)
  return openElasticsearch({
    nodes: nodes.map(String),
    namespace: config.namespace,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { ca: readFileSync(String(ca), 'utf8') }),
    ...(certificate === undefined || key === undefined
      ? {}
      : {
          clientCertificate: {
            cert: readFileSync(String(certificate), 'utf8'),
            key: readFileSync(String(key), 'utf8'),
          },
        }),
    ...(compression === undefined ? {} : { compression }),
    ...(installTemplates === undefined ? {} : { installTemplates }),
    ...(report === undefined ? {} : { report }),
  })
}
