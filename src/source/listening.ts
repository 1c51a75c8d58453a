import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
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
  /** Where it was written down; undefined: the environment said it. */
  readonly site: SiteMark | undefined
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
  /** Requests of one address; more are told to come again later. Undefined: any number. */
  readonly rate?: { readonly perSecond: number; readonly burst: number }
  /** Whether pages of other servers may send here (CORS); undefined: they may not. */
  preflight?(request: Request): Answer
  /** Asked before the body is read: the bytes it may have, or why it is not taken. */
  admit(request: Request): number | Answer
  take(request: Request, body: Buffer): Promise<Answer>
}

/** Whoever keeps a connection too long over one message is cut off. */
export interface Peer {
  /** A message has begun; again while it is under way changes nothing. */
  began(): void
  /** It is whole, or waits for us. */
  ended(): void
  /** It does not keep to the protocol, and the connection is given up. */
  broke(why: string): void
}

/** PEM files, by path. */
export interface TlsOptions {
  readonly certificate: string
  readonly key: string
  /** Of the authority that signed the clients' certificates: clients must show one then. */
  readonly clientCa?: string
}

interface Address {
  /** As a person would call it. */
  readonly what: string
  readonly host: string
  readonly port: number
}
export interface StreamPort extends Address {
  readonly kind: 'stream'
  readonly tls: TlsOptions | undefined
  /** Connections at once; default 500. */
  readonly maxConnections: number | undefined
  /** Milliseconds without a byte in either direction, and from a message's first byte to its last. */
  readonly idle: number
  readonly whole: number
  /** Takes a connection over until it has ended. */
  take(socket: Socket, peer: Peer): void
}
export interface DatagramPort extends Address {
  readonly kind: 'datagram'
  take(message: Buffer, from: { readonly address: string; readonly port: number }): void
}

/** A port of a source's own, which `service` opens. */
export type Port = StreamPort | DatagramPort
