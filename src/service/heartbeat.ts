import type { Trouble } from './troubles.ts'

export interface HeartbeatOptions {
  readonly url: string
  /** Milliseconds. */
  readonly every: number
  readonly troubles: () => readonly Trouble[]
  /** A sentence for the operator, once a trouble. It never holds the address, whose path is a secret. */
  readonly report: (text: string) => void
}

/** Milliseconds an answer may take. */
const patience = 10_000

/** Of these nobody could be told while they last: what depends on the store is not judged, and not mailed. */
const silent: ReadonlySet<Trouble['kind']> = new Set(['store', 'rule'])

/**
 * Asks for an address again and again, so that a service elsewhere notices when that ends. It vouches that this process
 * is alive, takes in what is written or pushed, reaches its store and judges its rules (where it judges any): while one
 * of that is not so it keeps silent, and what listens raises the alarm.
 */
export const startHeartbeat = ({ url, every, troubles, report }: HeartbeatOptions): { stop(): Promise<void> } => {
  const { host } = new URL(url)
  const stopping = new AbortController()
  let failing = false
  let quiet = false
  let work: Promise<void> | undefined

  const beat = async (): Promise<void> => {
    const why = troubles().find(({ kind, blocks }) => blocks || silent.has(kind))
    if (why !== undefined) {
      if (!quiet) report(`the heartbeat to ${host} keeps silent: ${why.text}`)
      quiet = true
      return
    }
    quiet = false
    try {
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(patience)])
      const answer = await fetch(url, { signal, headers: { 'user-agent': 'tailrace' } })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`it answers ${answer.status}`)
      if (failing) report(`the heartbeat reaches ${host} again`)
      failing = false
    } catch (error) {
      if (stopping.signal.aborted) return
      const { cause, message } = error as Error
      const text = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? 'no connection') : message
      if (!failing) report(`the heartbeat does not reach ${host} and is tried again: ${text}`)
      failing = true
    }
  }
  const tick = (): void => {
    work ??= beat().finally(() => {
      work = undefined
    })
  }
  const timer = setInterval(tick, every)
  tick()
  return {
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await work
    },
  }
}
