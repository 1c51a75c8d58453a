import { type BackoffOptions, createBackoff } from '../retry.ts'
import { type Connection, NoReply, type Reply, type Request } from './connection.ts'
import type { Troubles } from './trouble.ts'
import { errorOf, retryAfter, silenceOf, troubleOf, wordsOf } from './words.ts'

/** The store could not be had within the tries that a question is worth. */
class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly code = 'store_unavailable'
}

/** The store understood and says no: another try would hear the same. */
class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
  readonly code = 'store_refused'
  readonly status: number
  constructor({ path }: Request, { status, body }: Reply) {
    super(`store answers ${status} to ${path}: ${wordsOf(errorOf(body)) || 'no reason given'}`)
    this.status = status
  }
}

export interface AskOptions {
  /** Tries before `StoreUnavailable`; unless given it waits until the signal is aborted. */
  readonly tries?: number
  /** Replies that are an answer, beside 2xx. */
  readonly accept?: (reply: Reply) => boolean
  /** What a body of 2xx must be; another comes from something before the engine, and is waited out. */
  readonly sound?: (body: unknown) => boolean
  /** Waits out refusals too: for deliveries, which a person's mending must find still waiting. */
  readonly patient?: boolean
}

/** For requests that may be repeated: waits out a store that is away or refuses everybody. Throws `StoreRefused`. */
export type Ask = (request: Request, signal: AbortSignal, options?: AskOptions) => Promise<Reply>

/** Whether the reply says nothing about the request itself: the store, or something before it, is not ready. */
const isWeather = ({ status, body }: Reply): boolean =>
  status === 401 ||
  status === 403 ||
  status === 407 ||
  status === 408 ||
  status === 429 ||
  status >= 500 ||
  // A page of something that is no engine.
  (typeof body === 'string' && body !== '')

export const createAsk =
  (connection: Connection, troubles: Troubles, backoffOptions: BackoffOptions): Ask =>
  async (request, signal, { tries = Number.POSITIVE_INFINITY, accept, sound, patient } = {}) => {
    const backoff = createBackoff(backoffOptions)
    const trouble = troubles.open()
    try {
      for (;;) {
        let wish = 0
        let text: string
        try {
          const reply = await connection.send(request, signal)
          if (accept?.(reply) === true) return reply
          const weather = isWeather(reply)
          if (!weather && reply.status < 300 && sound?.(reply.body) !== false) return reply
          if (!weather && reply.status >= 300 && patient !== true) throw new StoreRefused(request, reply)
          text = troubleOf(reply)
          wish = retryAfter(reply)
        } catch (error) {
          if (!(error instanceof NoReply)) throw error
          text = silenceOf(error)
        }
        if (backoff.attempts + 1 >= tries) throw new StoreUnavailable(text)
        trouble.say(text)
        await backoff.wait(signal, wish)
      }
    } finally {
      trouble.end()
    }
  }

/** For `accept`: these statuses, from an engine (its words are JSON) rather than from something before it. */
export const either =
  (...statuses: readonly number[]) =>
  ({ status, body }: Reply): boolean =>
    statuses.includes(status) && typeof body !== 'string'
