import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/**
 * A stand-in for an engine, for faults that a real one cannot be made to show. It keeps documents by id in memory
 * and knows the handful of addresses a delivery uses. Every `create` of an id it already holds is refused with 409,
 * unless `rolledOver` says that a new backing index began: then the same id is taken again, as real engines do.
 */
export interface StandIn {
  readonly url: string
  readonly port: number
  /** Ids in the order they were stored; one twice is a duplicate. */
  readonly stored: string[]
  readonly documents: Map<string, Record<string, unknown>>
  readonly requests: Asked[]
  /** Requests whose path ends so. */
  asked(ending: string): Asked[]
  rolledOver: boolean
  /** Stops listening and cuts every connection; `open` takes the same port again. */
  close(): Promise<void>
  open(): Promise<void>
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  readonly peer: string | undefined
}

export interface Bulk {
  readonly ids: readonly string[]
  readonly bytes: number
  /** Stores the documents and gives the items of the reply. */
  apply(ids?: readonly string[]): Item[]
}
export interface Item {
  readonly create: {
    readonly _id?: string
    readonly status: number
    readonly error?: object
    readonly failure_store?: string
  }
}

/** Answers a request itself and returns true, or leaves it to the stand-in. */
export type Fault = (asked: Asked, answer: ServerResponse, bulk: Bulk | undefined) => boolean

export interface StandInOptions {
  readonly fault?: Fault
  readonly root?: object
  readonly dataStreams?: boolean
  readonly tls?: ServerOptions
}

export const reply = (answer: ServerResponse, status: number, body: unknown): true => {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  return true
}

/** As an engine says it: `failed` leaves the id to be given here. */
export const itemsBody = ({ ids }: Bulk, items: readonly Item[]): object => ({
  took: 1,
  errors: items.some(({ create }) => create.status >= 300),
  items: items.map(({ create }, i) => ({ create: { _id: ids[i], ...create } })),
})

export const itemsReply = (answer: ServerResponse, bulk: Bulk, items: readonly Item[]): true =>
  reply(answer, 200, itemsBody(bulk, items))

export const failed = (status: number, type: string, reason: string): Item => ({
  create: { status, error: { type, reason } },
})

const read = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}

export const standIn = async (options: StandInOptions = {}): Promise<StandIn> => {
  const { fault, dataStreams = true } = options
  const root = options.root ?? { version: { number: '8.19.0', build_flavor: 'default' } }
  const requests: Asked[] = []
  const stored: string[] = []
  const documents = new Map<string, Record<string, unknown>>()
  const streams = new Set<string>()

  const bulkOf = (body: Buffer): Bulk => {
    const lines = body.toString().split('\n')
    const entries = lines.slice(0, -1).flatMap((line, i) => {
      const id = i % 2 === 0 ? (JSON.parse(line) as { create: { _id: string } }).create._id : ''
      return i % 2 === 0 ? [{ id, document: JSON.parse(lines[i + 1]!) as Record<string, unknown> }] : []
    })
    return {
      ids: entries.map(({ id }) => id),
      bytes: body.length,
      apply: (ids) =>
        entries.map(({ id, document }) => {
          if (ids !== undefined && !ids.includes(id))
            return failed(429, 'es_rejected_execution_exception', 'queue is full')
          if (documents.has(id) && !standing.rolledOver)
            return failed(409, 'version_conflict_engine_exception', 'exists')
          stored.push(id)
          documents.set(id, document)
          return { create: { _id: id, status: 201 } }
        }),
    }
  }

  const respond = ({ method, path, body }: Asked, answer: ServerResponse, bulk: Bulk | undefined): unknown => {
    const [place = ''] = path.split('?')
    if (place === '/') return reply(answer, 200, root)
    if (bulk !== undefined) return itemsReply(answer, bulk, bulk.apply())
    if (place.startsWith('/_data_stream/')) {
      const name = decodeURIComponent(place.slice('/_data_stream/'.length))
      if (!dataStreams) return reply(answer, 400, { error: `no handler found for uri [${place}]` })
      if (method === 'PUT') streams.add(name)
      const there = method === 'PUT' || name.includes('*') || streams.has(name)
      return reply(
        answer,
        there ? 200 : 404,
        there ? { data_streams: [] } : { error: { type: 'index_not_found_exception' } },
      )
    }
    if (place.endsWith('/_search')) {
      const ids = (JSON.parse(body.toString()) as { query?: { ids?: { values: string[] } } }).query?.ids?.values ?? []
      const hits = ids.filter((id) => documents.has(id)).map((_id) => ({ _id }))
      return reply(answer, 200, { timed_out: false, _shards: { failed: 0 }, hits: { hits } })
    }
    return reply(answer, 200, place.endsWith('/_refresh') ? { _shards: { total: 1, successful: 1, failed: 0 } } : {})
  }

  const answerTo = async (...[request, answer]: Parameters<RequestListener>): Promise<void> => {
    try {
      const body = await read(request)
      const socket = request.socket as typeof request.socket & {
        getPeerCertificate?: () => { subject?: { CN?: string } }
      }
      const asked: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
        peer: socket.getPeerCertificate?.().subject?.CN,
      }
      requests.push(asked)
      const bulk = asked.path.split('?')[0]!.endsWith('/_bulk') ? bulkOf(body) : undefined
      if (fault?.(asked, answer, bulk) !== true) respond(asked, answer, bulk)
    } catch {
      answer.destroy()
    }
  }

  const listener: RequestListener = (request, answer) => void answerTo(request, answer)
  const server: Server = options.tls === undefined ? createServer(listener) : createSecureServer(options.tls, listener)
  const open = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  await open(0)
  const { port } = server.address() as AddressInfo
  const standing: StandIn = {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    stored,
    documents,
    requests,
    rolledOver: false,
    asked: (ending) => requests.filter(({ path }) => path.split('?')[0]!.endsWith(ending)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    open: () => open(port),
  }
  return standing
}
