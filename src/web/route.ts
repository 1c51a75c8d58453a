import type { IncomingHttpHeaders } from 'node:http'
import type { Action, Identity } from '../access/role.ts'
import type { BodyLimits } from './body.ts'

/** What a route is told of a request. */
export interface RouteRequest {
  /** What stood for `:name` in the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** As it came; the route's once it was given, until it has answered. */
  readonly body: Buffer
  /** Whom limits count. */
  readonly address: string
  /** Undefined where he did not say who he is, or a page of another server makes a browser ask for him. */
  readonly identity: Identity | undefined
  readonly signal: AbortSignal
}

export interface RouteAnswer {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text, bytes, or a value sent as JSON; default none. */
  readonly body?: string | Buffer | object
}

/** An address of the web server that is answered elsewhere: what another folder's listener would be, without a port. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'OPTIONS'
  /** `/ingest/:name` */
  readonly path: string
  /** What whoever asks must be allowed to do; `anyone`: the route finds out itself, or needs not know. */
  readonly action: Action | 'anyone'
  /** Pages of other servers may send here (CORS); else a browser's request from elsewhere is refused. */
  readonly crossOrigin?: boolean
  /** Default 8 KiB within 10 s. */
  readonly bodyLimits?: BodyLimits
  /** The route counts its askers itself. */
  readonly ownRate?: boolean
  /** Asked before a body is read: how much of it to read, or the answer to whoever is not welcome. */
  readonly admit?: (request: Omit<RouteRequest, 'body'>) => BodyLimits | RouteAnswer
  readonly answer: (request: RouteRequest) => Promise<RouteAnswer>
}
