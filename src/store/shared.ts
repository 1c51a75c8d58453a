/** A document as it was read, and what tells whether it is still the same. */
export interface SharedDocument {
  readonly body: Readonly<Record<string, unknown>>
  readonly version: string
}

/**
 * Small documents of Tailrace's own in a store that several processes share. What is read is what is there now; what is
 * written is written only where nobody else wrote meanwhile. All of it throws while the store is away.
 */
export interface SharedDocuments {
  get(ids: readonly string[], signal: AbortSignal): Promise<readonly (SharedDocument | undefined)[]>
  /** `version`: of the document that is replaced; undefined: there must be none. Resolves with the new version, or undefined where somebody was faster. */
  put(
    id: string,
    body: Readonly<Record<string, unknown>>,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>
  remove(ids: readonly string[], signal: AbortSignal): Promise<void>
}
