import { type FileHandle, open } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { decodeFrame, encodeFrame, nextFrame } from '../durable/frame.ts'
import { ipOf, printIp } from '../event/ip.ts'
import { type Senders, sendersOf } from '../event/senders.ts'
import { besides } from './segment.ts'

/** Who sent the bytes of an append, one after the other; '' where that is not known. */
export type Sent = readonly (readonly [address: string, bytes: number])[]

/** A socket's other end, `192.0.2.7:514` or `[2001:db8::7]:514`. */
export const socketAddress = (address: string, port: number): string => {
  const ip = ipOf(address)
  const plain = ip === undefined ? address : printIp(ip, 0)
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`
}

/** The other end of a connection; '' where it was gone before it could be asked. */
export const senderOf = ({ remoteAddress, remotePort }: Socket): string =>
  remoteAddress === undefined || remotePort === undefined ? '' : socketAddress(remoteAddress, remotePort)

/** One after the other, what came from one sender together. */
export const joinSent = (parts: readonly Sent[]): Sent => {
  const joined: [string, number][] = []
  for (const part of parts)
    for (const [address, bytes] of part) {
      const last = joined.at(-1)
      if (last?.[0] === address) last[1] += bytes
      else joined.push([address, bytes])
    }
  return joined
}

/** Of a piece in an `.from` file: where it begins in its segment, and who sent its bytes. */
interface Piece {
  readonly at: number
  readonly sent: Sent
}
export const encodeSent = (at: number, sent: Sent): Buffer => encodeFrame({ at, sent } satisfies Piece)

interface Run {
  readonly from: number
  readonly to: number
  readonly address: string
}

const leastRead = 1 << 20

/** The run that holds an offset, of runs in order. */
const runAt = (runs: readonly Run[], offset: number): Run | undefined => {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (runs[middle]!.to <= offset) low = middle + 1
    else high = middle
  }
  const run = runs[low]
  return run !== undefined && run.from <= offset ? run : undefined
}

/** A stretch of a segment's records: where each begins, and whether others of the same stretch follow. */
export interface Stretch {
  readonly count: number
  readonly from: Float64Array
  readonly to: Float64Array
  readonly more?: true
}

/**
 * Tells who sent the records of segments, which are asked for about in order; what lies behind is forgotten. Of damaged
 * parts of an `.from` file nobody is known. Rejects as the disk does.
 */
export const createSentReader = () => {
  let path = ''
  let at = 0
  let runs: Run[] = []
  /** Up to here stretches are over, and what of the present one was looked at. */
  let floor = 0
  let top = 0
  const begin = (of: string): void => {
    path = of
    at = floor = top = 0
    runs = []
  }
  const take = ({ at: start, sent }: Piece): void => {
    let from = start
    for (const [address, bytes] of sent) {
      if (from + bytes > floor) runs.push({ from, to: from + bytes, address })
      from += bytes
    }
  }
  /** Reads on until `offset` is covered, or nothing whole is left. */
  const readTo = async (file: FileHandle, offset: number): Promise<void> => {
    for (let length = leastRead; (runs.at(-1)?.to ?? 0) <= offset; ) {
      const bytes = Buffer.allocUnsafe(length)
      const { bytesRead } = await file.read(bytes, 0, length, at)
      const read = bytes.subarray(0, bytesRead)
      let used = 0
      while (used < read.length) {
        const found = decodeFrame(read, used)
        if (found !== undefined) {
          take(found.record as unknown as Piece)
          used = found.next
          continue
        }
        const next = nextFrame(read, used + 1)
        if (next === -1) break
        used = next
      }
      at += used
      if (bytesRead < length) return
      // A piece with more senders than fit.
      length = used === 0 ? length * 2 : leastRead
    }
  }
  return async (of: string, { count, from, to, more }: Stretch): Promise<Senders | undefined> => {
    let least = Number.POSITIVE_INFINITY
    let most = 0
    for (let row = 0; row < count; row++) {
      least = Math.min(least, from[row]!)
      most = Math.max(most, from[row]!)
    }
    if (of !== path || least < floor) begin(of)
    if ((runs.at(-1)?.to ?? 0) <= most) {
      const file = await open(besides(of, 'from'), 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
      try {
        if (file !== undefined) await readTo(file, most)
      } finally {
        await file?.close()
      }
    }
    const found = Array.from({ length: count }, (_, row) => runAt(runs, from[row]!)?.address)
    for (let row = 0; row < count; row++) top = Math.max(top, to[row]!)
    if (more !== true && top > floor) {
      floor = top
      const kept = runs.findIndex((run) => run.to > floor)
      runs = kept === -1 ? [] : runs.slice(kept)
    }
    return sendersOf(found)
  }
}
