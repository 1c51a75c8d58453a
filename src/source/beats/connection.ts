import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { createGate } from '../gate.ts'
import type { Peer } from '../listening.ts'
import { type BeatsEvent, eventOf } from './event.ts'
import { BadFrame, createFrames, encodeAck, type Frame } from './frames.ts'

/** What a connection hands its events to. */
export interface Taker {
  /** Resolves once they are on disk, those kept before among them. Rejects where they count as not kept: try again. */
  keep(events: readonly BeatsEvent[]): Promise<void>
}

export interface ConnectionOptions {
  /** Milliseconds between signs of life while a batch is being kept. Senders wait 30 s for one. */
  readonly keepAliveEvery: number
  /** Milliseconds until something that could not be kept is tried again. */
  readonly retryEvery: number
}

const unpack = promisify(inflate)
/** Each may become as large as `mostUnpacked`. */
const unpacking = createGate(4)
const mostUnpacked = 64 << 20
/** Events of this many bytes are kept, and acknowledged, before the rest of their batch is there. */
const enough = 4 << 20

/**
 * Takes the events of one connection. One thing at a time: while a batch is being kept nothing more is read, which is what
 * a sender feels. Only what is on disk is acknowledged; a sender whose connection ends before sends it again. Throws
 * `BadFrame` where the peer does not keep to the protocol.
 */
export const takeConnection = async (
  socket: Socket,
  peer: Peer,
  taker: Taker,
  { keepAliveEvery, retryEvery }: ConnectionOptions,
): Promise<void> => {
  const frames = createFrames()
  let window = 0
  let count = 0
  let bytes = 0
  let events: BeatsEvent[] = []
  let acknowledged = 0
  let version = 0x32

  const write = (ack: Buffer): void => {
    if (socket.writable) socket.write(ack)
  }
  const insist = async (): Promise<void> => {
    while (!socket.destroyed) {
      try {
        return await taker.keep(events)
      } catch {
        // Whoever keeps them has said so. The sender is held until it goes again.
        await sleep(retryEvery, undefined, { ref: false })
      }
    }
  }
  const flush = async (sequence: number): Promise<void> => {
    await insist()
    events = []
    bytes = 0
    acknowledged = sequence
    write(encodeAck(version, sequence))
  }
  const handle = async (frame: Frame): Promise<void> => {
    if (frame.kind === 'window') {
      if (events.length > 0) throw new BadFrame('a window begins before the last one was full')
      window = frame.size
      count = acknowledged = 0
      return
    }
    if (frame.kind === 'compressed') return unpacking.run(() => handleAll(frame.payload))
    if (count >= window) throw new BadFrame('an event beyond the window')
    version = frame.version
    const event = eventOf(frame)
    events.push(event)
    bytes += event.line.length
    count++
    if (count === window || bytes >= enough) await flush(frame.sequence)
  }

  const handleAll = async (packed: Buffer): Promise<void> => {
    const inner = createFrames()
    inner.push(await unpacked(packed))
    for (let next = inner.next(); next !== undefined; next = inner.next()) {
      if (next.kind === 'compressed') throw new BadFrame('a packed frame within a packed one')
      await handle(next)
    }
    if (inner.partial) throw new BadFrame('a packed frame ends too early')
  }

  let busy = false
  const alive = setInterval(() => busy && write(encodeAck(version, acknowledged)), keepAliveEvery).unref()
  try {
    for await (const chunk of socket) {
      frames.push(chunk as Buffer)
      // While it is held here the peer is not slow.
      peer.ended()
      busy = true
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) await handle(frame)
      busy = false
      if (frames.partial) peer.began()
    }
  } finally {
    clearInterval(alive)
  }
}

const unpacked = async (payload: Buffer): Promise<Buffer> => {
  try {
    return await unpack(payload, { maxOutputLength: mostUnpacked })
  } catch (error) {
    throw new BadFrame(`a packed frame cannot be unpacked: ${String(error)}`)
  }
}
