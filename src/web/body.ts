import type { IncomingMessage } from 'node:http'

/** A body that is not taken. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
  readonly statusCode: 408 | 413 | 503
  constructor(statusCode: 408 | 413 | 503, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** Bytes of bodies that a server holds at once, of all requests together. */
export interface BodyBudget {
  take(bytes: number): boolean
  give(bytes: number): void
}

export const createBodyBudget = (most: number): BodyBudget => {
  let held = 0
  return {
    take(bytes) {
      if (held + bytes > most) return false
      held += bytes
      return true
    },
    give(bytes) {
      held -= bytes
    },
  }
}

export interface BodyLimits {
  /** Bytes. */
  readonly most: number
  /** Milliseconds from the headers to the last byte. */
  readonly within: number
}

export interface Body {
  readonly bytes: Buffer
  /** Gives back what it took of the budget. */
  release(): void
}

/** Reads a body within its limits. Throws `BodyRefused`; the rest is then read and thrown away, so that the answer arrives. */
export const readBody = (message: IncomingMessage, { most, within }: BodyLimits, budget: BodyBudget): Promise<Body> => {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const chunks: Buffer[] = []
  let length = 0
  const release = (): void => {
    budget.give(length)
    length = 0
  }
  const settle = (): void => {
    clearTimeout(timer)
    message.off('data', take).off('end', end).off('close', gone)
  }
  const refuse = (error: Error): void => {
    settle()
    release()
    chunks.length = 0
    message.resume()
    reject(error)
  }
  const take = (chunk: Buffer): void => {
    if (length + chunk.length > most) refuse(tooLarge(most))
    else if (budget.take(chunk.length)) {
      length += chunk.length
      chunks.push(chunk)
    } else refuse(new BodyRefused(503, 'too many bodies are under way; send it again later'))
  }
  const end = (): void => {
    settle()
    resolve({ bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), release })
  }
  const gone = (): void => refuse(new BodyRefused(408, 'the body broke off'))
  const timer = setTimeout(() => refuse(new BodyRefused(408, 'the body did not come in time')), within)
  if (Number(message.headers['content-length'] ?? 0) > most) refuse(tooLarge(most))
  else message.on('data', take).on('end', end).on('close', gone)
  return promise
}

const tooLarge = (most: number): BodyRefused => new BodyRefused(413, `the body is larger than ${most} bytes`)
