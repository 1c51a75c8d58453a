import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ClientOptions } from '@elastic/elasticsearch'
import type { ConnectionRequestOptions, ConnectionRequestParams, TransportOptions } from '@elastic/transport'
import { parse, stringify } from '../stringify.ts'
import type { BulkReply } from './bulk-reply.ts'

export type Auth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** The base64 text that Elasticsearch calls `encoded`. */
  | { readonly kind: 'apiKey'; readonly apiKey: string }
  | { readonly kind: 'bearer'; readonly token: string }

export interface ConnectionOptions {
  /** `http(s)://host:port`, one a node; may carry `user:password@`. */
  readonly nodes: readonly string[]
  readonly auth?: Auth
  /** PEM text, as are the client certificate and its key. */
  readonly ca?: string
  readonly clientCertificate?: { readonly cert: string; readonly key: string; readonly passphrase?: string }
  /** Of request bodies. `auto`: gzip unless every node is on this machine. */
  readonly compression?: 'auto' | 'gzip' | 'none'
  /** Milliseconds until the answer to a request begins, 60,000. */
  readonly requestTimeout?: number
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** A value sent as JSON. */
  readonly json?: unknown
  /** Newline-delimited JSON; read until the request ends, so it must not change before. */
  readonly bulk?: Buffer
  /** Reads the answer as it comes in; where it says `allCreated`, the reply has no body. */
  readonly read?: BulkReply
}

/** What came back, whatever the status. `body`: the value read from JSON, or text where it was none. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

/** No usable answer: refused, reset, timed out, or not what an engine would say. Whether the request took effect is unknown. */
export class NoReply extends Error {
  override readonly name = 'NoReply'
}

export interface Connection {
  /** Sends once, never again by itself. Throws `NoReply`, or the signal's reason. */
  send(request: Request, signal: AbortSignal): Promise<Reply>
  close(): Promise<void>
}

const deflate = promisify(gzip)

const isLoopback = (node: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(node).hostname)

const authOf = (auth: Auth): NonNullable<ClientOptions['auth']> => {
  switch (auth.kind) {
    case 'basic':
      return { username: auth.username, password: auth.password }
    case 'apiKey':
      return { apiKey: auth.apiKey }
    case 'bearer':
      return { bearer: auth.token }
  }
}

const tlsOf = ({ ca, clientCertificate }: ConnectionOptions): NonNullable<ClientOptions['tls']> => ({
  ...(ca === undefined ? {} : { ca }),
  ...clientCertificate,
})

/** The value of a JSON text; the text itself where it is none, as some proxies label their own pages. */
const read = (text: string): unknown => {
  try {
    return parse(text)
  } catch {
    return text
  }
}

/** Loads the client (100 ms) only when a store of this kind is opened; sends nothing yet. */
export const connect = async (options: ConnectionOptions): Promise<Connection> => {
  const [{ Client }, { errors, Serializer, Transport, UndiciConnection }] = await Promise.all([
    import('@elastic/elasticsearch'),
    import('@elastic/transport'),
  ])
  const json = 'application/json'
  // OpenSearch refuses the vendored media types and would not pass the product check; plain JSON serves every engine.
  class PlainTransport extends Transport {
    constructor({ productCheck: _, ...given }: TransportOptions) {
      super({
        ...given,
        vendoredHeaders: { jsonContentType: json, ndjsonContentType: 'application/x-ndjson', accept: json },
      })
    }
  }
  class ExactSerializer extends Serializer {
    override serialize(value: unknown): string {
      return stringify(value)
    }
    override deserialize<T = unknown>(text: string): T {
      return read(text) as T
    }
  }
  class ReadingConnection extends UndiciConnection {
    override async request(params: ConnectionRequestParams, given: ConnectionRequestOptions): Promise<never> {
      const { read } = given.context as { readonly read?: BulkReply }
      if (read === undefined) return super.request(params, given) as Promise<never>
      const { statusCode, headers, body } = await super.request(params, { ...given, asStream: true } as never)
      try {
        for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) read.take(chunk)
      } catch (error) {
        throw new errors.ConnectionError((error as Error).message)
      }
      return { statusCode, headers, body: read.allCreated ? '' : read.text() } as never
    }
  }
  const requestTimeout = options.requestTimeout ?? 60_000
  const client = new Client({
    nodes: [...options.nodes],
    ...(options.auth === undefined ? {} : { auth: authOf(options.auth) }),
    tls: tlsOf(options),
    Transport: PlainTransport,
    Serializer: ExactSerializer,
    Connection: ReadingConnection,
    maxRetries: 0,
    // Else each failure clones the request, its body byte by byte as an object: seconds and hundreds of megabytes. What
    // an error holds of it goes no further than `send`.
    redaction: { type: 'off' },
    requestTimeout,
    enableMetaHeader: false,
    headers: { 'user-agent': 'tailrace' },
  })
  const compresses =
    options.compression === 'gzip' || (options.compression !== 'none' && !options.nodes.every(isLoopback))

  const send = async (
    { method, path, query, json, bulk, read: reading }: Request,
    signal: AbortSignal,
  ): Promise<Reply> => {
    signal.throwIfAborted()
    const zipped = bulk !== undefined && compresses ? await deflate(bulk, { level: 3 }) : bulk
    signal.throwIfAborted()
    // Of its own, because the client's connection dispatches `abort` on the signal it is given when a request times out.
    const ending = new AbortController()
    const stop = (): void => ending.abort(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      const { statusCode, body, headers } = await client.transport.request(
        {
          method,
          path,
          ...(query === undefined ? {} : { querystring: query }),
          ...(json === undefined ? {} : { body: json as Record<string, unknown> }),
          ...(zipped === undefined ? {} : { bulkBody: zipped as unknown as string }),
        },
        {
          meta: true,
          maxRetries: 0,
          signal: ending.signal,
          context: reading === undefined ? {} : { read: reading },
          ...(zipped === bulk ? {} : { headers: { 'content-encoding': 'gzip' } }),
        },
      )
      return { status: statusCode ?? 0, body, headers: headers ?? {} }
    } catch (error) {
      signal.throwIfAborted()
      const { meta, message } = error as Error & { meta?: { statusCode?: number; body?: unknown; headers?: object } }
      if ((error as Error).name === 'ResponseError' && meta?.statusCode !== undefined)
        return { status: meta.statusCode, body: meta.body, headers: { ...meta.headers } }
      throw new NoReply(message)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
  return {
    send,
    async close() {
      await client.close()
    },
  }
}
