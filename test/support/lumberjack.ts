import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { deflateSync } from 'node:zlib'

/**
 * A sender of the Lumberjack protocol, version 2, written from its public description and knowing nothing of the receiver:
 * a window frame (`2W`, number of events), the events (`2J`, sequence, length, JSON), packed in one frame (`2C`, length,
 * zlib) or not; the receiver answers `2A` and a sequence.
 */
export interface Lumberjack {
  /** Sends a batch and resolves once its last event is acknowledged; rejects when the connection ends before. */
  send(events: readonly object[], options?: { readonly packed?: boolean }): Promise<void>
  /** Just sends it. */
  write(bytes: Uint8Array): void
  /** Sequences acknowledged so far. */
  readonly acks: readonly number[]
  /** Resolves when the receiver has ended the connection. */
  readonly ended: Promise<unknown>
  close(): void
}

const head = (kind: string, ...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 + 4 * numbers.length)
  bytes.write(`2${kind}`)
  for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, 2 + 4 * i)
  return bytes
}
export const windowFrame = (size: number): Buffer => head('W', size)
export const jsonFrame = (sequence: number, event: object | string): Buffer => {
  const payload = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event))
  return Buffer.concat([head('J', sequence, payload.length), payload])
}
export const packedFrame = (frames: Uint8Array): Buffer => {
  const packed = deflateSync(frames)
  return Buffer.concat([head('C', packed.length), packed])
}

export const lumberjack = async (port: number, tls?: ConnectionOptions): Promise<Lumberjack> => {
  const socket: Socket =
    tls === undefined ? connect(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', ...tls })
  const ended = new Promise((resolve) => socket.once('close', resolve))
  const acks: number[] = []
  let held = Buffer.alloc(0)
  let told = (): void => {}
  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes])
    for (; held.length >= 6; held = held.subarray(6)) acks.push(held.readUInt32BE(2))
    told()
  })
  await once(socket, tls === undefined ? 'connect' : 'secureConnect')
  socket.on('error', () => {})
  return {
    acks,
    ended,
    write: (bytes) => void socket.write(bytes),
    async send(events, { packed = true } = {}) {
      const before = acks.length
      const frames = Buffer.concat(events.map((event, i) => jsonFrame(i + 1, event)))
      socket.write(Buffer.concat([windowFrame(events.length), packed ? packedFrame(frames) : frames]))
      await new Promise<void>((resolve, reject) => {
        told = () => {
          if (acks.slice(before).includes(events.length)) resolve()
        }
        void ended.then(() => reject(new Error('the connection ended before all was acknowledged')))
      })
    },
    close: () => socket.destroy(),
  }
}
