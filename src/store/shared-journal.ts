import type { Journal, JournalOptions } from '../durable/journal.ts'
import type { SharedDocuments } from './shared.ts'

export interface SharedJournalOptions extends Pick<JournalOptions, 'apply' | 'snapshot' | 'report' | 'readOnly'> {
  readonly shared: SharedDocuments
  /** Its documents' ids begin with it. */
  readonly name: string
  /** Of this process alone. */
  readonly writer: string
  readonly signal: AbortSignal
}

/** Another instance writes the journal now. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver'
  constructor(name: string) {
    super(`another instance has taken over '${name}'; nothing more is written to it here`)
  }
}

interface Head {
  /** Number of the last record that `record` stands for. */
  readonly upTo: number
  readonly record: JournalRecord | undefined
}
type JournalRecord = Parameters<JournalOptions['apply']>[0]

interface Entry {
  readonly writer: string
  /** Of the writer: tells its own record from another's where an answer was lost. */
  readonly mark: number
  /** Undefined: the writer began here. */
  readonly record?: JournalRecord
}

const atOnce = 64
const foldAfter = 500
const most = 10

/**
 * A journal in a store, for who holds the lease. Record n is a document that must not be there before: whoever was
 * overtaken meanwhile cannot add another one, because who took over has begun with a record of its own.
 */
export const openSharedJournal = async (options: SharedJournalOptions): Promise<Journal> => {
  const { shared, name, writer, apply, snapshot, signal, report = () => {}, readOnly = false } = options
  const idOf = (number: number): string => `${name}:${String(number).padStart(10, '0')}`
  const headId = `${name}:head`
  let next = 1
  let mark = 0
  let headVersion: string | undefined
  let folded = 0
  let closed = readOnly
  let work: Promise<unknown> = Promise.resolve()

  const readOn = async (): Promise<void> => {
    for (;;) {
      const ids = Array.from({ length: atOnce }, (_, i) => idOf(next + i))
      const found = await shared.get(ids, signal)
      const end = found.indexOf(undefined)
      for (const one of end === -1 ? found : found.slice(0, end)) {
        const { record } = one!.body as unknown as Entry
        if (record !== undefined) apply(record)
        next++
      }
      if (end !== -1) return
    }
  }
  /** False: somebody else wrote that number. */
  const create = async (record: JournalRecord | undefined): Promise<boolean> => {
    const entry: Entry = { writer, mark: ++mark, ...(record === undefined ? {} : { record }) }
    for (let tries = 0; ; ) {
      try {
        if ((await shared.put(idOf(next), { ...entry }, undefined, signal)) !== undefined) return true
        const [there] = await shared.get([idOf(next)], signal)
        const own = (there?.body ?? {}) as Partial<Entry>
        if (own.writer !== writer) return false
        if (own.mark === entry.mark) return true
        // An earlier one of its own, of which it was not known that it got there.
        if (own.record !== undefined) apply(own.record)
        next++
      } catch (error) {
        if (++tries === 3 || signal.aborted) throw error
      }
    }
  }
  const fold = async (): Promise<void> => {
    const upTo = next - 1
    const head: Head = { upTo, record: snapshot() }
    const version = await shared.put(headId, { ...head }, headVersion, signal)
    if (version === undefined) throw new TakenOver(name)
    headVersion = version
    const ids = Array.from({ length: upTo - folded }, (_, i) => idOf(folded + 1 + i))
    folded = upTo
    await shared.remove(ids, signal)
  }
  const readHead = async (): Promise<void> => {
    const [head] = await shared.get([headId], signal)
    headVersion = head?.version
    if (head === undefined) return
    const { upTo, record } = head.body as unknown as Head
    folded = upTo
    next = upTo + 1
    if (record !== undefined) apply(record)
  }

  await readHead()
  await readOn()
  for (let tries = 0; !readOnly && !(await create(undefined)); tries++) {
    if (tries === most) throw new TakenOver(name)
    await readOn()
  }
  if (!readOnly) next++
  // Folded while it was read: what was read may lack what was taken away.
  const [head] = await shared.get([headId], signal)
  if (head?.version !== headVersion) {
    if (readOnly) {
      await readHead()
      await readOn()
    } else throw new TakenOver(name)
  }

  const add = async (record: JournalRecord): Promise<void> => {
    if (closed) throw new TakenOver(name)
    if (!(await create(record))) {
      closed = true
      throw new TakenOver(name)
    }
    next++
    apply(record)
    if (next - folded > foldAfter)
      await fold().catch((error: unknown) => report(`'${name}' could not be folded: ${String(error)}`))
  }
  const serially = <T>(task: () => Promise<T>): Promise<T> => {
    const done = work.then(task)
    work = done.catch(() => undefined)
    return done
  }
  return {
    damaged: false,
    append: (record) => serially(() => add(record)),
    compact: () => serially(fold),
    async close() {
      await work
      closed = true
    },
  }
}
