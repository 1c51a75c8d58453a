/** Something that keeps the service from working as it should, until it is mended. */
export interface Trouble {
  readonly kind:
    | 'starting'
    | 'stopping'
    | 'store'
    | 'source'
    | 'disk'
    | 'transform'
    | 'delivery'
    | 'rule'
    | 'configuration'
  /** What it is about: a source, a file, a transform, a rule. */
  readonly about: string
  /** A sentence, with how to mend it where that is known. */
  readonly text: string
  /** Nothing new can be taken in, or what is taken in is not what was asked for. A store that is away does not block: input is kept. */
  readonly blocks: boolean
}

/** The one place where troubles are known: readiness, page, metrics and log read it. */
export interface Troubles {
  set(id: string, trouble: Trouble): void
  clear(id: string): void
  /** For what is looked up rather than told. Returns how to end that. */
  watch(look: () => readonly Trouble[]): () => void
  now(): readonly Trouble[]
}

export const createTroubles = (): Troubles => {
  const told = new Map<string, Trouble>()
  const looks = new Set<() => readonly Trouble[]>()
  return {
    set: (id, trouble) => void told.set(id, trouble),
    clear: (id) => void told.delete(id),
    watch(look) {
      looks.add(look)
      return () => void looks.delete(look)
    },
    now: () => [...told.values(), ...[...looks].flatMap((look) => look())],
  }
}
