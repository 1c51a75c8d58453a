import { isUtf8 } from 'node:buffer'
import { defaultMaxBytes, type Framing, type LineReader, type Translated } from '../event/framing.ts'
import { encode } from './encode.ts'
import { isBlank, sameBytes } from './step.ts'

/** What systemd's own reader takes at most for a value, and for a name. */
const mostValue = 768 << 20
const mostName = 64
/** A wrong length is found out when its value does not end where it says; starts of entries that far back are known then. */
const mostDoubted = 256

const newline = 10
const equals = 61
const brace = 123
const lengthBytes = 8
const cursor = encode('__CURSOR=')

/** Where the field's name ends that begins at `start`; `start` itself where none does. */
const nameEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start
  while (at < end) {
    const b = bytes[at]!
    const isName = (b >= 65 && b <= 90) || b === 95 || (b >= 48 && b <= 57 && at > start)
    if (!isName) break
    if (++at - start > mostName) return start
  }
  return at
}

const isBlankLine = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start
  while (at < end && isBlank(bytes[at])) at++
  return at === end
}

const littleEndian = (bytes: Uint8Array, at: number): number => {
  let value = 0
  for (let i = lengthBytes - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
  return value
}

/** Follows the fields of an entry line by line; a value that tells its length is passed over by that, whatever it holds. */
const entryReader = (): LineReader => {
  const length = new Uint8Array(lengthBytes)
  let first = true
  let isEntry = false
  /** A length was wrong: nothing tells values from fields any more. */
  let broken = false
  /** In a value with a length: how many bytes of that are known, and how many of the value and its line end are to come. */
  let inside = false
  let known = 0
  let toCome = 0
  let blankBefore = false
  /** Lines since one that looked like the start of an entry, inside of a value; -1: there was none. */
  let since = -1

  const begin = (bytes: Uint8Array, start: number, end: number): void => {
    first = broken = inside = false
    since = -1
    const name = nameEnd(bytes, start, end)
    isEntry = name > start && (name === end || bytes[name] === equals)
    if (isEntry) field(bytes, start, end)
  }
  const field = (bytes: Uint8Array, start: number, end: number): void => {
    if (broken || start === end || nameEnd(bytes, start, end) < end) return
    inside = true
    known = toCome = 0
    blankBefore = false
    since = -1
  }
  const doubt = (): void => {
    inside = false
    broken = true
  }
  /** What the lines so far make of the value; how many lines ago an entry began after all. */
  const settle = (): number => {
    if (!inside || known < lengthBytes || toCome > 0) return 0
    inside = false
    if (toCome === 0) return 0
    doubt()
    return Math.max(0, since)
  }
  const pass = (bytes: Uint8Array, start: number, end: number, size: number): void => {
    if (since < 0 && blankBefore && sameBytes(bytes, start, end, cursor)) since = 0
    blankBefore = start === end
    const before = known
    for (let at = start; at < end && known < lengthBytes; ) length[known++] = bytes[at++]!
    // The line end may be among them: lengths are any bytes.
    if (known < lengthBytes && size - (end - start) === 2) length[known++] = 13
    if (known < lengthBytes && size > end - start) length[known++] = newline
    if (known < lengthBytes) return
    if (before < lengthBytes) {
      const value = littleEndian(length, 0)
      if (value > mostValue) {
        doubt()
        return
      }
      toCome = value + 1
    }
    toCome -= size - (known - before)
  }
  return {
    starts(bytes, start, end, size = end - start + 1) {
      if (first) {
        if (isBlankLine(bytes, start, end)) return 'between'
        begin(bytes, start, end)
        return true
      }
      if (since >= 0 && ++since > mostDoubted) since = -1
      const back = settle()
      if (back > 0) return back
      if (inside) {
        pass(bytes, start, end, size)
        return false
      }
      if (start === end || (!isEntry && isBlankLine(bytes, start, end))) {
        first = true
        return 'between'
      }
      if (!isEntry || bytes[start] === brace || (broken && sameBytes(bytes, start, end, cursor))) {
        begin(bytes, start, end)
        return true
      }
      field(bytes, start, end)
      return false
    },
    more(size) {
      if (inside && known === lengthBytes) toCome -= size
    },
    isWhole: () => !isEntry,
    left: () => (inside && since >= 0 && (known < lengthBytes || toCome !== 0) ? since + 1 : 0),
  }
}

/** An entry as `journalctl -o json` prints it: an object of texts, of a list of them where a field is there more than once. */
const toJson = (record: Uint8Array, cut: boolean): Translated | undefined => {
  const node = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const { length } = record
  const fields = new Map<string, string[]>()
  let valid = true
  for (let at = 0; at < length; ) {
    const name = nameEnd(record, at, length)
    if (name === at) return undefined
    let from = name + 1
    let to = length
    if (record[name] === equals) {
      const found = record.indexOf(newline, from)
      if (found !== -1) to = found
    } else if (name === length || record[name] === newline) {
      from += lengthBytes
      if (from > length) {
        if (cut) break
        return undefined
      }
      to = from + littleEndian(record, from - lengthBytes)
      if (to > length && cut) to = length
      if (to > length || (to < length && record[to] !== newline)) return undefined
    } else return undefined
    const text = node.toString('utf8', from, to)
    if (valid && text.includes('\ufffd')) valid = isUtf8(record.subarray(from, to))
    const key = node.toString('latin1', at, name)
    const others = fields.get(key)
    if (others === undefined) fields.set(key, [JSON.stringify(text)])
    else others.push(JSON.stringify(text))
    at = to + 1
  }
  const members = [...fields].map(
    ([name, values]) => `"${name}":${values.length === 1 ? values[0] : `[${values.join(',')}]`}`,
  )
  return { text: `{${members.join(',')}}`, valid }
}

/**
 * Entries of systemd's journal export format, parted by empty lines: `NAME=value`, or `NAME`, a line end, the value's length
 * in 8 bytes (little-endian), and the value, which may hold anything. A grammar reads each as the JSON object that
 * `journalctl -o json` prints; lines of such objects are records as they are. Source:
 * https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format. A length beyond 768 MiB, or one at whose end the value
 * does not end, is none: its record fails, and the next begins behind an empty line or at `__CURSOR=`, at the first in the
 * last 256 lines of what the length claimed.
 */
export const exportEntries = (): Framing => ({
  joins: true,
  maxBytes: defaultMaxBytes,
  flushAfter: 2000,
  begin: entryReader,
  translate: toJson,
})
