import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { ProgressState } from '../store/ledger.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import type { Config } from './load.ts'
import { openStore, storeId } from './open-store.ts'
import { openProgressLog } from './progress-log.ts'

/** What the ledger asks of a store, be it the first or one beside it. */
export interface StoreAccount {
  readonly storeName: string
  readonly store: Store
  readonly progress: ProgressState
  readonly inFlight: Context['inFlight']
}

/** A store beside the first: a name of its own, and the configuration of pipelines that fill it. */
export interface OtherStore {
  readonly name: string
  readonly config: Config
}

/** Files can be read twice, at two speeds; what comes in by itself comes once. */
export const isReadAgain = ({ source }: Pipeline): boolean => source.paths !== undefined && source.listens === undefined

/**
 * All that a store beside the first keeps (generations, checkpoints, dead letters, an embedded database) lies in
 * `also/<store>` of the data directory, so that the two share nothing but the files they read.
 */
export const otherStores = (config: Config): readonly OtherStore[] => {
  const taken = [config.store.kind]
  return config.also.map((store) => {
    const count = taken.filter((kind) => kind === store.kind).length
    taken.push(store.kind)
    return {
      name: count === 0 ? store.kind : `${store.kind}-${count + 1}`,
      config: {
        ...config,
        store,
        also: [],
        data: join(config.data, 'also', storeId(store)),
        pipelines: config.pipelines.filter(isReadAgain),
      },
    }
  })
}

/** Accounts of the stores beside the first while no service runs; `close` when done. */
export const openAccounts = async (
  config: Config,
  report: (text: string) => void,
  signal: AbortSignal,
): Promise<{ readonly accounts: readonly StoreAccount[]; close(): Promise<void> }> => {
  const closing: (() => Promise<void>)[] = []
  const accounts: StoreAccount[] = []
  const close = async (): Promise<void> => {
    for (const end of closing.reverse()) await end()
  }
  try {
    for (const { name, config: own } of otherStores(config)) {
      if (!existsSync(own.data)) continue
      const store = await openStore(own)
      closing.push(() => store.close())
      const directory = join(own.data, 'checkpoints', storeId(own.store))
      const log = await openProgressLog(store, directory, report, signal, { readOnly: true })
      closing.push(() => log.close())
      accounts.push({ storeName: name, store, progress: log.state, inFlight: () => [] })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { accounts, close }
}
