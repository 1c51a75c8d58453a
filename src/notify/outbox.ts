import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenJournal, openJournal } from '../durable/journal.ts'
import type { Mail } from './mail.ts'

/** What became of an attempt to send. */
export type SendResult = 'sent' | 'failed' | 'given_up'

export interface OutboxOptions {
  /** `data/state/outbox/<name>`. */
  readonly directory: string
  /** Where the journal is kept instead. */
  readonly journal?: OpenJournal | undefined
  /** Resolves when the server took the mail. */
  readonly send: (mail: Mail, signal: AbortSignal) => Promise<void>
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** A sentence for the operator, once a trouble. */
  readonly report: (text: string) => void
  readonly counted?: (result: SendResult) => void
  /** Waits; ends early with the signal. A test hands in its own. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
  /** A mail the server refuses for so long is given up, and that is said. Default 3 days. */
  readonly giveUpAfter?: number
}

/** Mails on their way: on disk until the server took them, so that neither a restart nor a server that is away loses one. */
export interface Outbox {
  /** Resolves once the mail is on disk. A mail whose id was added before is not added again. */
  add(mail: Mail): Promise<void>
  /** Whether a mail of this id was ever added (within the last 40 days). */
  has(id: string): boolean
  readonly waiting: number
  /** Why the last attempt failed. */
  readonly trouble: string | undefined
  /** True once nothing waits; false at the first attempt that fails, or when `ms` are over. */
  drain(ms?: number): Promise<boolean>
  /** Lets an attempt under way end, for at most `grace` ms. */
  close(grace?: number): Promise<void>
}

interface Waiting {
  readonly mail: Mail
  readonly at: number
}
type OutboxRecord =
  | { readonly kind: 'add'; readonly mail: Mail; readonly at: number }
  | { readonly kind: 'done'; readonly id: string; readonly at: number }
  | {
      readonly kind: 'all'
      readonly waiting: readonly Waiting[]
      readonly done: readonly (readonly [string, number])[]
    }

const firstDelay = 5000
const longestDelay = 600_000
/** Ids of mails that were sent are remembered this long. */
const rememberFor = 40 * 86_400_000

const delayOf = (tries: number): number =>
  Math.min(longestDelay, firstDelay * 2 ** (tries - 1)) * (0.8 + 0.4 * Math.random())

/** The server answered, and said no to this mail: others may go through (RFC 5321 §4.2.1). */
const isRefusal = (error: unknown): boolean => {
  const { responseCode, command } = error as { responseCode?: number; command?: string }
  return responseCode !== undefined && responseCode >= 500 && /^(MAIL FROM|RCPT TO|DATA)/.test(command ?? '')
}

export const openOutbox = async (options: OutboxOptions): Promise<Outbox> => {
  const {
    clock,
    report,
    counted = () => {},
    wait = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
  } = options
  const giveUpAfter = options.giveUpAfter ?? 3 * 86_400_000
  const waiting = new Map<string, Waiting>()
  let done = new Map<string, number>()
  const tries = new Map<string, number>()
  const due = new Map<string, number>()
  let failures = 0
  let pausedUntil = 0
  /** Why the server takes nothing, and why it does not take single mails. */
  let away: string | undefined
  const refused = new Map<string, string>()
  let wake = new AbortController()
  const stopping = new AbortController()
  const cutting = new AbortController()
  const drains = new Set<(all: boolean) => void>()

  const apply = (record: OutboxRecord): void => {
    if (record.kind === 'add') waiting.set(record.mail.id, { mail: record.mail, at: record.at })
    else if (record.kind === 'done') {
      waiting.delete(record.id)
      done.set(record.id, record.at)
    } else {
      waiting.clear()
      for (const one of record.waiting) waiting.set(one.mail.id, one)
      done = new Map(record.done)
    }
  }
  const open: OpenJournal = options.journal ?? ((given) => openJournal(options.directory, given))
  const journal = await open({
    apply: (record) => apply(record as OutboxRecord),
    snapshot: (): OutboxRecord & object => ({
      kind: 'all',
      waiting: [...waiting.values()],
      done: [...done].filter(([, at]) => at > clock() - rememberFor),
    }),
    report,
  })

  const settle = (all: boolean): void => {
    for (const resolve of drains) resolve(all)
    drains.clear()
  }
  const forget = (id: string): void => {
    tries.delete(id)
    due.delete(id)
    refused.delete(id)
  }
  /** The mail must not be tried again in this process, whatever the disk says. */
  const finish = async (id: string): Promise<void> => {
    forget(id)
    for (let tried = 0; !cutting.signal.aborted; tried++) {
      try {
        return await journal.append({ kind: 'done', id, at: clock() } satisfies OutboxRecord)
      } catch (error) {
        if (tried === 0) report(`that a mail was sent could not be written down, and is tried again: ${String(error)}`)
        await wait(firstDelay, cutting.signal)
      }
    }
  }
  const refuse = async ({ mail, at }: Waiting, text: string): Promise<void> => {
    if (clock() - at >= giveUpAfter) {
      report(`the mail server keeps refusing '${mail.subject}', which is given up: ${text}`)
      counted('given_up')
      return finish(mail.id)
    }
    if (!refused.has(mail.id)) report(`the mail server refuses '${mail.subject}', which is tried again: ${text}`)
    refused.set(mail.id, text)
    const count = (tries.get(mail.id) ?? 0) + 1
    tries.set(mail.id, count)
    due.set(mail.id, clock() + delayOf(count))
  }
  const answered = (): void => {
    if (away !== undefined) report('mail is sent again')
    away = undefined
    failures = 0
  }

  const attempt = async (one: Waiting): Promise<void> => {
    try {
      await options.send(one.mail, cutting.signal)
    } catch (error) {
      if (cutting.signal.aborted) return
      counted('failed')
      const text = error instanceof Error ? error.message : String(error)
      if (isRefusal(error)) {
        answered()
        await refuse(one, text)
      } else {
        if (away === undefined) report(`mail could not be sent and is tried again: ${text}`)
        away = text
        pausedUntil = clock() + delayOf(++failures)
      }
      settle(false)
      return
    }
    counted('sent')
    answered()
    await finish(one.mail.id)
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const next = [...waiting.values()]
        .map((one) => ({ one, at: Math.max(pausedUntil, due.get(one.mail.id) ?? 0) }))
        .reduce<{ one: Waiting; at: number } | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined)
      if (next === undefined) settle(true)
      const rest = next === undefined ? 2 ** 31 - 1 : next.at - clock()
      if (next !== undefined && rest <= 0) {
        await attempt(next.one)
        continue
      }
      wake = new AbortController()
      await wait(rest, AbortSignal.any([wake.signal, stopping.signal]))
    }
  }
  const running = run()

  return {
    async add(mail) {
      if (waiting.has(mail.id) || done.has(mail.id)) return
      await journal.append({ kind: 'add', mail, at: clock() } satisfies OutboxRecord)
      wake.abort()
    },
    get waiting() {
      return waiting.size
    },
    get trouble() {
      return away ?? [...refused.values()][0]
    },
    has: (id) => waiting.has(id) || done.has(id),
    drain: (ms) =>
      waiting.size === 0
        ? Promise.resolve(true)
        : new Promise((resolve) => {
            const timer = ms === undefined ? undefined : setTimeout(() => end(false), ms)
            const end = (all: boolean): void => {
              clearTimeout(timer)
              drains.delete(end)
              resolve(all)
            }
            drains.add(end)
          }),
    async close(grace = 5000) {
      stopping.abort()
      wake.abort()
      const timer = setTimeout(() => cutting.abort(), grace)
      await running
      clearTimeout(timer)
      cutting.abort()
      settle(waiting.size === 0)
      await journal.close()
    },
  }
}
