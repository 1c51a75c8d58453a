import type { Socket } from 'node:net'
import { join } from 'node:path'
import { byLine } from '../event/framing.ts'
import type { DatagramPort, Peer, StreamPort, TlsOptions } from './listening.ts'
import { type Cutter, onOneLine } from './messages.ts'
import { joinSent, type Sent, senderOf, socketAddress } from './sent.ts'
import type { OpenSource, SourceContext } from './source.ts'
import { openSpooled } from './spooled.ts'
import { takeMessages } from './take-messages.ts'

/** What sources of lines and of syslog have in common. */
export interface PortOptions {
  readonly name?: string
  /** Default 127.0.0.1. */
  readonly host?: string
  readonly port?: number
  /** Anything but loopback needs `clientCa` here, or `insecure`. */
  readonly tls?: TlsOptions
  /** True: whoever reaches the port may send. */
  readonly insecure?: boolean
  /** Bytes that may wait to be stored; above them senders over TCP wait, and datagrams are lost. Default 1 GiB. */
  readonly maxSpool?: number
  /** Connections at once; default 500. */
  readonly maxConnections?: number
}

export interface PortSource {
  readonly kind: string
  readonly name: string
  readonly host: string
  readonly port: number
  readonly stream: boolean
  readonly datagram: boolean
  readonly options: PortOptions
  readonly cutter: () => Cutter
  /** Each message is a record, whatever it begins with: the protocol says where messages end, so no framing joins them. */
  readonly apart: boolean
}

/** A sender of logs may have nothing to say for long; one message is never long under way. */
const idle = 60 * 60_000
const whole = 60_000
/** Bytes of datagrams held while others are on their way to the disk. */
const mostHeld = 16 << 20
const tellEvery = 10_000

const apart =
  (framing: SourceContext['framing']): SourceContext['framing'] =>
  (path, head, key) => {
    const found = framing(path, head, key)
    return found?.joins === true ? byLine(found.maxBytes) : found
  }

/** Opens what such a source keeps, and says on which ports it wants to be sent to. */
export const openPortSource = async (source: PortSource, context: SourceContext): Promise<OpenSource> => {
  const { kind, name, host, port, options } = source
  const { maxSpool = 1 << 30, maxConnections, tls } = options
  const label = `${kind}/${name}`
  const spooled = await openSpooled(
    { name, directory: join(context.spools.directory, name), label, maxBytes: maxSpool, goesOn: () => false },
    source.apart ? { ...context, framing: apart(context.framing) } : context,
  )
  const stopping = new AbortController()
  const open = new Set<Promise<void>>()
  const keep = (lines: Uint8Array, sent: Sent): Promise<void> => spooled.keep(lines, undefined, sent)
  const what = `${kind} source '${name}'`
  const stream: StreamPort = {
    kind: 'stream',
    what,
    host,
    port,
    tls,
    maxConnections,
    idle,
    whole,
    take(socket: Socket, peer: Peer) {
      const sender = senderOf(socket)
      const done = takeMessages(socket, peer, source.cutter(), {
        keep: (lines) => keep(lines, [[sender, lines.length]]),
        stopping: stopping.signal,
      })
        .catch((error: unknown) =>
          context.report({
            kind: 'lost',
            path: label,
            text: `what ${socket.remoteAddress} sent last could not be kept: ${String(error)}`,
          }),
        )
        .finally(() => socket.destroy())
      open.add(done)
      void done.finally(() => open.delete(done))
    },
  }
  const datagrams = createDatagrams(keep, (count) => {
    context.dropped?.(count)
    context.report({
      kind: 'lost',
      path: label,
      text: `${count} datagrams to the ${what} could not be kept in time and are lost: nobody can make their senders wait`,
    })
  })
  const datagram: DatagramPort = { kind: 'datagram', what, host, port, take: datagrams.take }
  const { close } = spooled.source
  return Object.assign(spooled.source, {
    ports: [...(source.stream ? [stream] : []), ...(source.datagram ? [datagram] : [])],
    async close() {
      stopping.abort()
      await Promise.all(open)
      await datagrams.close()
      await close()
    },
  })
}

/** Keeps datagrams together as they come: those that come while others are on their way to the disk go with the next. */
const createDatagrams = (keep: (lines: Uint8Array, sent: Sent) => Promise<void>, lost: (count: number) => void) => {
  let lines: Buffer[] = []
  let sent: Sent[number][] = []
  let held = 0
  let dropped = 0
  let work: Promise<void> | undefined
  let toldAt = 0
  const tell = (): void => {
    if (dropped === 0) return
    lost(dropped)
    dropped = 0
    toldAt = Date.now()
  }
  const flush = async (): Promise<void> => {
    while (lines.length > 0) {
      const batch = lines
      const senders = joinSent([sent])
      lines = []
      sent = []
      held = 0
      await keep(Buffer.concat(batch), senders).catch(() => {
        dropped += batch.length
      })
      if (Date.now() - toldAt >= tellEvery) tell()
    }
    work = undefined
  }
  return {
    take(message: Buffer, { address, port }: { readonly address: string; readonly port: number }) {
      const line = onOneLine(message)
      if (line.length <= 1) return
      if (held + line.length > mostHeld) {
        dropped++
        return
      }
      lines.push(line)
      sent.push([socketAddress(address, port), line.length])
      held += line.length
      work ??= Promise.resolve().then(flush)
    },
    async close() {
      await work
      tell()
    },
  }
}
