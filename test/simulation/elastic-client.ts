import type { TransportRequestOptions, TransportRequestParams } from '@elastic/transport'
import { type Asked, presentEngine } from './engine.ts'

/** Stands in for the client of Elasticsearch, down to its way of throwing: its requests go to the simulated engine. */
export class Serializer {
  serialize(value: unknown): string {
    return JSON.stringify(value)
  }
  deserialize(text: string): unknown {
    return JSON.parse(text)
  }
}
export class Transport {}

class ResponseError extends Error {
  override readonly name = 'ResponseError'
  readonly meta: object
  constructor(meta: object) {
    super('response error')
    this.meta = meta
  }
}
class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}
export const errors = { ConnectionError, ResponseError }

interface Given {
  readonly context: object
  readonly signal: AbortSignal
  readonly asStream?: boolean
}
interface Received {
  readonly statusCode: number
  readonly headers: object
  readonly body: string | AsyncIterable<Uint8Array>
}

async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

export class UndiciConnection {
  async request(asked: Asked, { signal, asStream }: Given): Promise<Received> {
    const aborted = new Promise<never>((_, reject) => {
      const stop = (): void => reject(new ConnectionError('request aborted'))
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
    const answer = await Promise.race([presentEngine().ask(asked), aborted])
    if (answer === 'reset') throw new ConnectionError('socket hang up')
    const { status, text } = answer
    return { statusCode: status, headers: {}, body: asStream === true ? inPieces(text) : text }
  }
}

interface ClientOptions {
  readonly Serializer: new () => Serializer
  readonly Connection: new () => UndiciConnection
}

export class Client {
  readonly #serializer: Serializer
  readonly #connection: UndiciConnection
  constructor(options: ClientOptions) {
    this.#serializer = new options.Serializer()
    this.#connection = new options.Connection()
  }
  readonly transport = {
    request: async (params: TransportRequestParams, options: TransportRequestOptions): Promise<object> => {
      const asked: Asked = {
        method: params.method,
        path: params.path,
        json: params.body,
        bulk: params.bulkBody as Buffer | undefined,
      }
      const given = { context: (options.context ?? {}) as object, signal: options.signal! as AbortSignal }
      const { statusCode, headers, body: text } = await this.#connection.request(asked, given)
      const body = text === '' ? text : this.#serializer.deserialize(text as string)
      const meta = { statusCode, body, headers }
      if (statusCode >= 400) throw new ResponseError(meta)
      return meta
    },
  }
  async close(): Promise<void> {}
}
