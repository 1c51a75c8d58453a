/** Answers that may be some seconds old; who asks meanwhile waits for the same answer. Failures are not kept. */
export interface Cached<T> {
  get(key: string, maxAge: number, make: () => Promise<T>): Promise<T>
}

/** Holds the `most` answers used last. */
export const createCached = <T>(most: number, clock: () => number): Cached<T> => {
  const held = new Map<string, { readonly answer: Promise<T>; at: number }>()
  return {
    get(key, maxAge, make) {
      const known = held.get(key)
      if (known !== undefined && clock() - known.at < maxAge) return known.answer
      const entry = { answer: make(), at: Number.POSITIVE_INFINITY }
      held.delete(key)
      held.set(key, entry)
      entry.answer.then(
        () => {
          entry.at = clock()
        },
        () => {
          if (held.get(key) === entry) held.delete(key)
        },
      )
      if (held.size > most) held.delete(held.keys().next().value!)
      return entry.answer
    },
  }
}
