import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { guardConnections } from '../access/guard.ts'
import { createRefusals, type Refuse } from '../access/refusals.ts'
import { boundSlowPeer } from '../access/slow-peer.ts'
import type { DatagramPort, Port, StreamPort, TlsOptions } from '../source/listening.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { OperationError } from './control.ts'
import { watchDrops } from './udp-drops.ts'

/** What a port says of itself. */
export interface PortParts {
  /** Name of the source: a label of the metrics. */
  readonly source: string
  readonly log: Logger
  readonly metrics: Metrics
}

/** Bytes of answers a peer may leave unread. */
const unread = 1 << 20
const handshake = 10_000
/** What a system holds of datagrams until they are read; it gives less where it was told to. */
const receiveBuffer = 8 << 20
const perAddressShare = 0.5

/** Opens a port. Returns how to close it, and ends its connections then. Throws with the mending words. */
export const openPort = async (port: Port, parts: PortParts): Promise<() => Promise<void>> => {
  try {
    return await (port.kind === 'stream' ? openStream(port, parts) : openDatagram(port, parts))
  } catch (error) {
    if (error instanceof OperationError) throw error
    const { code } = error as NodeJS.ErrnoException
    const why = mending[code ?? ''] ?? String(error)
    throw new OperationError(3, `the ${port.what} cannot listen on ${port.host}:${port.port}: ${why}`, { cause: error })
  }
}

const mending: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program does already. Stop it, or take another port',
  EACCES: 'this user may not. Take a port from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address. Take one it has',
  ENOTFOUND: 'there is no such name. Take an address of this machine',
}

const refusalsOf = ({ what }: Port, { source, log, metrics }: PortParts): Refuse =>
  createRefusals({
    listener: `the ${what}`,
    count: (reason) => metrics.refusals.inc({ listener: source, reason }),
    report: (text) => log.warn({ source }, text),
  })

const openStream = async (port: StreamPort, parts: PortParts): Promise<() => Promise<void>> => {
  const refused = refusalsOf(port, parts)
  const server: Server =
    port.tls === undefined
      ? createServer()
      : createTlsServer({ ...(await readTls(port, port.tls)), handshakeTimeout: handshake })
  const connections = port.maxConnections ?? 500
  const perAddress = Math.max(1, Math.ceil(connections * perAddressShare))
  guardConnections(server, { limits: { connections, perAddress, perSecond: 50 }, refused })
  const sockets = new Set<Socket>()
  server.on(port.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // What breaks is told to whoever reads; here it only must not end the service.
    socket.on('error', () => {})
    const address = socket.remoteAddress ?? 'unknown'
    const peer = boundSlowPeer(socket, { idle: port.idle, whole: port.whole, unread })
    port.take(socket, { ...peer, broke: (why) => refused('protocol', address, why) })
  })
  server.on('tlsClientError', (error, socket) =>
    refused('protocol', socket.remoteAddress ?? 'unknown', (error as NodeJS.ErrnoException).code ?? error.message),
  )
  server.listen({ host: port.host, port: port.port })
  await once(server, 'listening')
  server.on('error', (error) => parts.log.error({ source: parts.source }, `the ${port.what}: ${error.message}`))
  return async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

const readTls = async ({ what }: Port, { certificate, key, clientCa }: TlsOptions) => {
  const read = (path: string): Promise<Buffer> =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new OperationError(
        3,
        `the ${what} cannot read ${path} (${error.code ?? String(error)}). Name a PEM file that this user may read`,
      )
    })
  return {
    cert: await read(certificate),
    key: await read(key),
    ...(clientCa === undefined ? {} : { ca: await read(clientCa), requestCert: true, rejectUnauthorized: true }),
  }
}

const openDatagram = async (port: DatagramPort, parts: PortParts): Promise<() => Promise<void>> => {
  const socket = createSocket({ type: port.host.includes(':') ? 'udp6' : 'udp4' })
  socket.on('message', (message, { address, port: from }) => port.take(message, { address, port: from }))
  socket.bind(port.port, port.host)
  await once(socket, 'listening')
  socket.on('error', (error) => parts.log.error({ source: parts.source }, `the ${port.what}: ${error.message}`))
  try {
    socket.setRecvBufferSize(receiveBuffer)
  } catch {
    // The system's own size has to do.
  }
  const drops = watchDrops(socket.address().port, port.what, parts)
  return async () => {
    drops.stop()
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }
}
