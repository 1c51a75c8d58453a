import { printable } from '../../event/printable.ts'

/** What is being waited for now, for people. */
export interface Troubles {
  /** The oldest trouble as a sentence, `store answers 403: index read-only (since 12:01:33Z)`. */
  readonly text: string | undefined
  /** One wait; its text may change, its beginning stays. */
  open(): Trouble
}
export interface Trouble {
  say(text: string): void
  end(): void
}

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)}Z`

/** A store's words may quote a log: they are made printable and cut. */
export const quoted = (text: string, most = 300): string => {
  const safe = printable(text.replace(/\s+/g, ' ').trim())
  return safe.length > most ? `${safe.slice(0, most)}…` : safe
}

export const createTroubles = (now: () => number = Date.now): Troubles => {
  const waits = new Set<{ text: string; readonly since: number }>()
  return {
    get text() {
      const [oldest] = waits
      return oldest === undefined ? undefined : `${oldest.text} (since ${clock(oldest.since)})`
    },
    open() {
      let wait: { text: string; readonly since: number } | undefined
      return {
        say(text) {
          if (wait === undefined) {
            wait = { text, since: now() }
            waits.add(wait)
          } else wait.text = text
        },
        end() {
          if (wait !== undefined) waits.delete(wait)
          wait = undefined
        },
      }
    },
  }
}
