import type { IncomingHttpHeaders } from 'node:http'
import type { Text } from '../config/env.ts'
import type { SiteMark } from '../event/diagnostic.ts'

/** What a source that is pushed to listens on, known before it is opened: whether it may is looked at when a configuration is loaded. */
export interface Listening {
  /** As a person would call it: `http source 'shop'`. */
  readonly what: string
  /** `web`: a path of the web server, which has its own address. */
  readonly on: 'web' | 'tcp' | 'udp'
  readonly host: string
  readonly port: number
  /** Whoever pushes shows a key, or a certificate. */
  readonly guarded: boolean
  /** It was written down that nobody needs to. */
  readonly insecure: boolean
  /** How to mend it where neither is so. */
  readonly mend: string
  readonly site: SiteMark
  /** Settings that refer to the environment. */
  readonly texts: readonly Text[]
}

/** A request, as far as a source needs to know it. */
export interface Request {
  readonly headers: IncomingHttpHeaders
  readonly query: URLSearchParams
  /** Of whoever sent it. */
  readonly address: string
  /** It showed what the web server asks of those who send records, or nothing is asked. */
  readonly trusted: boolean
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

/** `POST /ingest/NAME` of the web server. */
export interface Route {
  readonly name: string
  /** Asked before the body is read: the bytes it may have, or why it is not taken. */
  admit(request: Request): number | Answer
  take(request: Request, body: Buffer): Promise<Answer>
}
