import { isObject } from '../../event/is-object.ts'
import type { NoReply, Reply } from './connection.ts'
import { quoted } from './trouble.ts'

/** An engine's error as it stands in replies and bulk items. */
export interface EngineError {
  readonly type?: string
  readonly reason?: string
  readonly caused_by?: EngineError
  readonly root_cause?: readonly EngineError[]
}

/** The error of a reply, if it carries one. */
export const errorOf = (body: unknown): EngineError | undefined => {
  if (!isObject(body)) return undefined
  const error = body['error']
  if (typeof error === 'string') return { reason: error }
  return isObject(error) ? error : undefined
}

/** `type: reason: what caused it`, for people. */
export const wordsOf = (error: EngineError | undefined): string => {
  const parts: string[] = []
  for (let cause = error, depth = 0; cause !== undefined && depth < 4; cause = cause.caused_by, depth++) {
    const { type, reason } = cause
    const text = [type, reason].filter((part) => part !== undefined).join(': ')
    if (text !== '' && !parts.includes(text)) parts.push(text)
  }
  return quoted(parts.join(': '), 1000)
}

/** Why a reply could not be used. */
export const troubleOf = ({ status, body }: Reply): string => {
  const words = wordsOf(errorOf(body))
  if (words !== '') return `store answers ${status}: ${quoted(words)}`
  if (typeof body === 'string' && body !== '')
    return `store answers ${status} with what is not JSON: ${quoted(body, 80)}`
  return status < 300 ? `store answers ${status} with what no engine says` : `store answers ${status}`
}

export const silenceOf = (error: NoReply): string => `store gives no answer: ${quoted(error.message)}`

/** Milliseconds a server asks to be left alone (RFC 9110 §10.2.3, seconds only). */
export const retryAfter = ({ headers }: Reply): number => {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}
