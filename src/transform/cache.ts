/** What costly look-ups found, by key, kept across batches. */
export interface Cache<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
  clear(): void
}

/**
 * Keeps the values used last: at least `most`, at most twice as many. Two generations instead of a list in order of
 * use: a hit costs one look-up, and when the young generation is full, the old one is forgotten whole.
 */
export const createCache = <K, V>(most: number): Cache<K, V> => {
  let young = new Map<K, V>()
  let old = new Map<K, V>()
  const keep = (key: K, value: V): void => {
    if (young.size >= most) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) keep(key, older)
      return older
    },
    set: keep,
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}
