import { join } from 'node:path'
import type { Config } from './load.ts'
import { storeId } from './open-store.ts'

/** A store beside the first: a name of its own, and the configuration of pipelines that fill it. */
export interface OtherStore {
  readonly name: string
  readonly config: Config
}

/**
 * All that a store beside the first keeps (generations, checkpoints, dead letters, an embedded database) lies in
 * `also/<store>` of the data directory, so that the two share nothing but the files they read, those of the spools among them.
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
      },
    }
  })
}
