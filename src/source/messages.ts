/** Cuts what a connection brings into messages. */
export interface Cutter {
  /** Messages that are whole now, each with a line end, as they go to the spool. */
  push(bytes: Buffer): readonly Buffer[]
  /** What is left when the connection has ended: a message without its end. */
  rest(): Buffer | undefined
  /** A message has begun and is not whole. */
  readonly partial: boolean
}

/** A longer message is taken in parts of this size, so that no byte of it is lost. */
export const longest = 1 << 20

const lf = 10
const cr = 13
const space = 32
const end = Buffer.of(lf)

/** A message has one line in the spool: line ends within it are written as syslog daemons write them, `#012` and `#015`. */
export const onOneLine = (message: Buffer): Buffer => {
  let to = message.length
  while (to > 0 && (message[to - 1] === lf || message[to - 1] === cr || message[to - 1] === 0)) to--
  const body = withoutMark(message.subarray(0, to))
  if (!body.includes(lf) && !body.includes(cr)) return Buffer.concat([body, end])
  return Buffer.from(`${body.toString('latin1').replaceAll('\n', '#012').replaceAll('\r', '#015')}\n`, 'latin1')
}

const mark = Buffer.from(' \ufeff')

/** RFC 5424 puts a byte order mark before a text that is UTF-8; it says nothing more. */
const withoutMark = (message: Buffer): Buffer => {
  const at = message.indexOf(mark)
  return at === -1 ? message : Buffer.concat([message.subarray(0, at + 1), message.subarray(at + mark.length)])
}

const isBlank = (message: Buffer): boolean => message.every((byte) => byte <= space)

/** Everything up to a line end is a message. */
export const cutLines = (): Cutter => cutWith(false)

/**
 * Syslog over a stream (RFC 6587): a message that begins with its length has that many bytes, whatever they are; any other
 * goes to the line end. A sender may change between the two.
 */
export const cutSyslog = (): Cutter => cutWith(true)

const cutWith = (counted: boolean): Cutter => {
  let parts: Buffer[] = []
  let waiting = 0
  /** The message at `at`, and where the next one begins; undefined: it is not whole. */
  const next = (
    bytes: Buffer,
    at: number,
  ): { readonly from: number; readonly to: number; readonly next: number } | undefined => {
    const count = counted ? countAt(bytes, at) : undefined
    if (count === 'unsaid') return undefined
    if (count !== undefined) {
      const from = count.from
      const to = from + count.length
      return bytes.length < to ? undefined : { from, to, next: to }
    }
    const feed = bytes.indexOf(lf, at)
    if (feed !== -1) return { from: at, to: feed, next: feed + 1 }
    return bytes.length - at >= longest ? { from: at, to: bytes.length, next: bytes.length } : undefined
  }
  return {
    push(bytes) {
      parts.push(bytes)
      waiting += bytes.length
      // A long message comes in many parts: they are joined when there is something to cut, not each time.
      if (!counted && !bytes.includes(lf) && waiting < longest) return []
      const all = Buffer.concat(parts)
      const messages: Buffer[] = []
      let at = 0
      for (let found = next(all, at); found !== undefined; found = next(all, at)) {
        for (let from = found.from; from < found.to; from += longest) {
          const message = all.subarray(from, Math.min(found.to, from + longest))
          if (!isBlank(message)) messages.push(onOneLine(message))
        }
        at = found.next
      }
      const rest = all.subarray(at)
      parts = rest.length === 0 ? [] : [rest]
      waiting = rest.length
      return messages
    },
    rest() {
      const message = Buffer.concat(parts)
      parts = []
      waiting = 0
      return message.length === 0 || isBlank(message) ? undefined : onOneLine(message)
    },
    get partial() {
      return waiting > 0
    },
  }
}

const mostDigits = 7
/** A message that claims to be longer is no counted one. */
const mostCounted = 4 << 20

/** `MSG-LEN SP` at `at`; undefined where there is none; `unsaid` while it may still come. */
const countAt = (
  bytes: Buffer,
  at: number,
): { readonly from: number; readonly length: number } | 'unsaid' | undefined => {
  let length = 0
  for (let i = at; i < bytes.length && i - at <= mostDigits; i++) {
    const digit = bytes[i]! - 48
    if (bytes[i] === space && i > at) return length > mostCounted ? undefined : { from: i + 1, length }
    if (digit < 0 || digit > 9 || (i === at && digit === 0)) return undefined
    length = length * 10 + digit
  }
  return bytes.length - at > mostDigits ? undefined : 'unsaid'
}
