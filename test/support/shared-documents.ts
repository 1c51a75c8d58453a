import type { SharedDocument, SharedDocuments } from '../../src/store/shared.ts'

/** A stand-in for the shared documents of a store: in memory, and away when a test says so. */
export interface SharedStandIn extends SharedDocuments {
  readonly documents: Map<string, SharedDocument>
  /** The next so many requests fail; `after` their effect. */
  fail(times: number, after?: boolean): void
}

export const sharedStandIn = (): SharedStandIn => {
  const documents = new Map<string, SharedDocument>()
  let writes = 0
  let failing = 0
  let late = false
  const request = async <T>(act: () => T): Promise<T> => {
    await Promise.resolve()
    if (failing > 0) {
      failing--
      if (late) act()
      throw new Error('the store is away')
    }
    return act()
  }
  return {
    documents,
    fail(times, after = false) {
      failing = times
      late = after
    },
    get: (ids) => request(() => ids.map((id) => documents.get(id))),
    put: (id, body, version) =>
      request(() => {
        if (documents.get(id)?.version !== version) return undefined
        const next = String(++writes)
        documents.set(id, { body: structuredClone(body), version: next })
        return next
      }),
    remove: (ids) =>
      request(() => {
        for (const id of ids) documents.delete(id)
      }),
  }
}
