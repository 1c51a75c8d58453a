import type { Socket } from 'node:net'
import { join } from 'node:path'
import { markSite } from '../event/diagnostic.ts'
import { takeConnection } from './beats/connection.ts'
import type { BeatsEvent } from './beats/event.ts'
import { BadFrame } from './beats/frames.ts'
import { beatsEnvelope } from './envelope/beats.ts'
import { pathOfStream } from './envelope/beats-line.ts'
import { type ParserMap, parserFor } from './envelope/chosen.ts'
import type { Peer, StreamPort, TlsOptions } from './listening.ts'
import { nameProblems } from './name-problems.ts'
import { senderOf } from './sent.ts'
import type { OpenSource, Source, SourceContext } from './source.ts'
import { openSpooled, type Spooled } from './spooled.ts'

export interface BeatsOptions {
  /** Default `beats`. */
  readonly name?: string
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 5044. */
  readonly port?: number
  /** Anything but loopback needs `clientCa` here, or `insecure`. */
  readonly tls?: TlsOptions
  /** True: whoever reaches the port may send. */
  readonly insecure?: boolean
  /** Bytes that may wait to be stored; above them nothing is acknowledged. Default 1 GiB. */
  readonly maxSpool?: number
  /** Connections at once; default 500. */
  readonly maxConnections?: number
  /** Which parser reads a file, by its path or a glob of it on the host that sends: `{ '/var/log/nginx/*.log': 'nginx.access' }`. Without, its lines tell. */
  readonly parsers?: ParserMap
}

const keepAliveEvery = 5000
const retryEvery = 1000
/** A Beat may have nothing to say for long; one message is never long under way. */
const idle = 15 * 60_000
const whole = 60_000

/**
 * Filebeat, Winlogbeat and others of their kind (`output.logstash`), by the Lumberjack protocol, version 2. An event is
 * acknowledged once it is on disk; while it cannot be kept the sender waits. What a sender sends again is taken once.
 * Parsers read what the event's file said, each file its own; where that was, and what the Beat added, is kept beside it.
 */
export const beats = (options: BeatsOptions = {}): Source => {
  const { name = 'beats', host = '127.0.0.1', port = 5044, tls, insecure = false } = options
  const site = markSite(beats)
  return {
    name,
    definition: { beats: options },
    envelope: beatsEnvelope(),
    parserOf: (_, stream) => parserFor(stream, new Map(), options.parsers ?? {}, [pathOfStream(stream)]),
    problems: nameProblems(name, site),
    listens: {
      what: `beats source '${name}'`,
      on: 'tcp',
      host,
      port,
      guarded: tls?.clientCa !== undefined,
      insecure,
      mend: 'Ask for client certificates with `tls: { certificate, key, clientCa }`, or write `insecure: true`',
      site,
      texts: [],
    },
    open: (context) => openBeats({ ...options, name, host, port }, context),
  }
}

const openBeats = async (
  options: BeatsOptions & { readonly name: string; readonly host: string; readonly port: number },
  context: SourceContext,
): Promise<OpenSource> => {
  const { name, host, port, tls, maxSpool = 1 << 30, maxConnections } = options
  const label = `beats/${name}`
  const spooled = await openSpooled(
    { name, directory: join(context.spools.directory, name), label, maxBytes: maxSpool, goesOn: () => false },
    context,
  )
  const open = new Set<Promise<void>>()
  const take = async (socket: Socket, peer: Peer): Promise<void> => {
    const sender = senderOf(socket)
    try {
      await takeConnection(
        socket,
        peer,
        { keep: (events) => keepOnce(spooled, events, sender) },
        { keepAliveEvery, retryEvery },
      )
    } catch (error) {
      // A connection that breaks off is the sender's to make anew.
      if (error instanceof BadFrame) peer.broke(error.message)
    } finally {
      socket.destroy()
    }
  }
  const own: StreamPort = {
    kind: 'stream',
    what: `beats source '${name}'`,
    host,
    port,
    tls,
    maxConnections,
    idle,
    whole,
    take(socket, peer) {
      const done = take(socket, peer)
      open.add(done)
      void done.finally(() => open.delete(done))
    },
  }
  const { close } = spooled.source
  return Object.assign(spooled.source, {
    ports: [own],
    async close() {
      await Promise.all(open)
      await close()
    },
  })
}

/** Keeps those of the events that were not kept before; those that another connection is keeping are waited for. */
const keepOnce = async (spooled: Spooled, events: readonly BeatsEvent[], sender: string): Promise<void> => {
  const lines: Buffer[] = []
  const identities: Buffer[] = []
  const within = new Set<string>()
  let repeated = 0
  for (const { line, identity } of events) {
    if (identity !== undefined) {
      const mark = identity.toString('latin1')
      const seen = within.has(mark) || spooled.seen(identity)
      if (typeof seen === 'object') {
        await seen
        // All anew: what was not seen a moment ago may be now.
        return keepOnce(spooled, events, sender)
      }
      if (seen) {
        repeated++
        continue
      }
      within.add(mark)
      identities.push(identity)
    }
    lines.push(line)
  }
  if (lines.length > 0) {
    const bytes = Buffer.concat(lines)
    const names = identities.length === 0 ? undefined : Buffer.concat(identities)
    await spooled.keep(bytes, names, [[sender, bytes.length]])
  }
  if (repeated > 0) spooled.duplicate(repeated)
}
