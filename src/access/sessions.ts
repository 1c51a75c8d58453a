import { createHash, randomBytes } from 'node:crypto'
import { type Journal, openJournal } from '../durable/journal.ts'

/** Whom a session stands for. */
export interface SessionOwner {
  readonly name: string
  /** Of what he came in with: a session ends with the password or token it was got for. */
  readonly credential: string
}

/** Logins that are remembered, over a restart too. An id is known to the browser alone; here lies its digest. */
export interface Sessions {
  /** Begins a new one and gives its id: 32 random bytes, base64url. Whoever is told of it has it after any crash. */
  begin(owner: SessionOwner): Promise<string>
  /** Whom a living session stands for; to ask is what keeps it from falling idle. */
  find(id: string): SessionOwner | undefined
  /** What has ended does not come back after a crash. */
  end(id: string): Promise<void>
  close(): Promise<void>
}

export interface SessionOptions {
  /** Where they are kept; else in memory only. */
  readonly directory?: string
  /** A sentence for the operator. */
  readonly report: (text: string) => void
  readonly clock?: () => number
}

/** Seconds a session lasts at most, and without a request. */
export const sessionLasts = 7 * 86_400
const idle = 12 * 3600
const most = 1000
/** Milliseconds after which its last use is written down again. */
const noteEach = 600_000

interface Held extends SessionOwner {
  readonly began: number
  seen: number
  noted: number
}
/** `n`: name, `c`: credential, `b`: began, `s`: seen; without them it has ended. */
interface Line {
  readonly id: string
  readonly n?: string
  readonly c?: string
  readonly b?: number
  readonly s?: number
}

const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64url')

export const openSessions = async ({ directory, report, clock = Date.now }: SessionOptions): Promise<Sessions> => {
  const all = new Map<string, Held>()
  const lives = ({ began, seen }: Held, now: number): boolean =>
    now - began < sessionLasts * 1000 && now - seen < idle * 1000
  const apply = ({ id, n, c, b, s }: Line): void => {
    if (n === undefined || c === undefined || b === undefined || s === undefined) all.delete(id)
    else all.set(id, { name: n, credential: c, began: b, seen: s, noted: s })
  }
  const lineOf = (id: string, { name, credential, began, seen }: Held): Line => ({
    id,
    n: name,
    c: credential,
    b: began,
    s: seen,
  })
  let replaying = true
  const journal: Journal | undefined =
    directory === undefined
      ? undefined
      : await openJournal(directory, {
          // What is appended was applied before: who logs in while the disk is full is let in all the same.
          apply: (record) => (replaying ? (record as Line[]).forEach(apply) : undefined),
          snapshot: () => [...all].map(([id, held]) => lineOf(id, held)),
          report,
          compactAfter: 1 << 20,
        })
  replaying = false
  let troubled = false
  /** Resolves once it is on disk, or cannot be. */
  const note = async (line: Line): Promise<void> => {
    try {
      await journal?.append([line])
      troubled = false
    } catch (error) {
      if (!troubled) report(`sessions cannot be kept over a restart: ${String(error)}`)
      troubled = true
    }
  }
  const drop = async (key: string): Promise<void> => {
    if (all.delete(key)) await note({ id: key })
  }
  const tidy = (now: number): void => {
    for (const [key, held] of all) if (!lives(held, now)) void drop(key)
    if (all.size < most) return
    const oldest = [...all].reduce((a, b) => (b[1].seen < a[1].seen ? b : a))
    void drop(oldest[0])
  }
  return {
    async begin(owner) {
      const now = clock()
      tidy(now)
      const id = randomBytes(32).toString('base64url')
      const held = { ...owner, began: now, seen: now, noted: now }
      all.set(keyOf(id), held)
      await note(lineOf(keyOf(id), held))
      return id
    },
    find(id) {
      const key = keyOf(id)
      const held = all.get(key)
      const now = clock()
      if (held === undefined) return undefined
      if (!lives(held, now)) {
        void drop(key)
        return undefined
      }
      held.seen = now
      if (now - held.noted >= noteEach) {
        held.noted = now
        void note(lineOf(key, held))
      }
      return held
    },
    end: (id) => drop(keyOf(id)),
    async close() {
      await journal?.close()
    },
  }
}
