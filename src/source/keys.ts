import { hash } from 'node:crypto'

/** Keys a client may show. Looked up by their hash, so that the time it takes says nothing of them. */
export interface Keys {
  readonly none: boolean
  has(given: string): boolean
}

export const createKeys = (keys: readonly string[]): Keys => {
  const known = new Set(keys.map((key) => hash('sha256', key)))
  return { none: keys.length === 0, has: (given) => known.has(hash('sha256', given)) }
}
