/**
 * Frames of the Lumberjack protocol, versions 1 and 2: a version, a kind, and what the kind says; numbers are big-endian.
 * (https://github.com/elastic/go-lumber; protocol text in logstash-forwarder's PROTOCOL.md)
 */
export type Frame =
  /** So many events follow, after the last of which the sender waits. */
  | { readonly kind: 'window'; readonly size: number }
  | { readonly kind: 'json'; readonly version: number; readonly sequence: number; readonly payload: Buffer }
  | {
      readonly kind: 'data'
      readonly version: number
      readonly sequence: number
      readonly pairs: readonly (readonly [Buffer, Buffer])[]
    }
  /** Frames, packed by zlib. */
  | { readonly kind: 'compressed'; readonly payload: Buffer }

/** What is no frame, or one that is larger than is taken: the connection cannot go on. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame'
}

export interface Frames {
  push(bytes: Buffer): void
  /** The next frame, undefined while it is not whole. Throws `BadFrame`. */
  next(): Frame | undefined
  /** A frame has begun and is not whole. */
  readonly partial: boolean
}

/** Bytes of one frame, and the parts of a `D` frame. */
const mostBytes = 32 << 20
const mostPairs = 1024

const sizeOfAck = 6
/** `sequence`: the last event that is kept; 0: still at work. */
export const encodeAck = (version: number, sequence: number): Buffer => {
  const ack = Buffer.allocUnsafe(sizeOfAck)
  ack[0] = version
  ack[1] = 0x41
  ack.writeUInt32BE(sequence, 2)
  return ack
}

interface Whole {
  readonly frame: Frame
  readonly size: number
}

/** The frame at the start of `bytes`, or how many bytes are needed before that can be told. */
const read = (bytes: Buffer): Whole | number => {
  if (bytes.length < 6) return 6
  const version = bytes[0]!
  if (version !== 0x31 && version !== 0x32) throw new BadFrame(`a frame begins with byte ${version}`)
  const first = bytes.readUInt32BE(2)
  switch (bytes[1]) {
    case 0x57:
      return { frame: { kind: 'window', size: first }, size: 6 }
    case 0x43: {
      const size = 6 + within(first)
      return bytes.length < size ? size : { frame: { kind: 'compressed', payload: bytes.subarray(6, size) }, size }
    }
    case 0x4a: {
      if (bytes.length < 10) return 10
      const size = 10 + within(bytes.readUInt32BE(6))
      if (bytes.length < size) return size
      return { frame: { kind: 'json', version, sequence: first, payload: bytes.subarray(10, size) }, size }
    }
    case 0x44:
      return readData(bytes, version, first)
    default:
      throw new BadFrame(`there is no kind of frame ${bytes[1]}`)
  }
}

const within = (size: number): number => {
  if (size > mostBytes) throw new BadFrame(`a frame of ${size} bytes; ${mostBytes} is the most that is taken`)
  return size
}

const readData = (bytes: Buffer, version: number, sequence: number): Whole | number => {
  if (bytes.length < 10) return 10
  const count = bytes.readUInt32BE(6)
  if (count > mostPairs) throw new BadFrame(`an event of ${count} members; ${mostPairs} is the most that is taken`)
  const pairs: [Buffer, Buffer][] = []
  let at = 10
  for (let i = 0; i < 2 * count; i++) {
    if (bytes.length < at + 4) return at + 4
    const end = within(at + 4 + bytes.readUInt32BE(at))
    if (bytes.length < end) return end
    const part = bytes.subarray(at + 4, end)
    if (i % 2 === 0) pairs.push([part, part])
    else pairs[pairs.length - 1]![1] = part
    at = end
  }
  return { frame: { kind: 'data', version, sequence, pairs }, size: at }
}

/** Cuts what a connection brings into frames. Joins its parts only once a frame is whole. */
export const createFrames = (): Frames => {
  let parts: Buffer[] = []
  let held = 0
  let needed = 6
  return {
    push(bytes) {
      if (bytes.length === 0) return
      parts.push(bytes)
      held += bytes.length
    },
    next() {
      if (held < needed) return undefined
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      const found = read(bytes)
      const rest = typeof found === 'number' ? bytes : bytes.subarray(found.size)
      parts = rest.length === 0 ? [] : [rest]
      held = rest.length
      needed = typeof found === 'number' ? found : 6
      return typeof found === 'number' ? undefined : found.frame
    },
    get partial() {
      return held > 0
    },
  }
}
