import { defaultMaxBytes, type Framing, type LineReader } from '../event/framing.ts'
import { encode } from './encode.ts'
import { exportJson, isOfName, lengthBytes, littleEndian, nameEnd } from './export-json.ts'
import { isBlank, sameBytes } from './step.ts'

/** What systemd's own reader takes at most for a value. */
const mostValue = 768 << 20
/** A wrong length is found out when its value does not end where it says; starts of entries that far back are known then. */
const mostDoubted = 256

const newline = 10
const equals = 61
const brace = 123
const cursor = encode('__CURSOR=')

const isBlankLine = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start
  while (at < end && isBlank(bytes[at])) at++
  return at === end
}

/** Follows the fields of an entry line by line; a value that tells its length is passed over by that, whatever it holds. */
const entryReader = (): LineReader => {
  // Made where a value tells its length: most tell none, and a reader is made for each record.
  let length: Uint8Array | undefined
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
    if (broken || start === end || !isOfName(bytes[end - 1]!) || nameEnd(bytes, start, end) < end) return
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
    length ??= new Uint8Array(lengthBytes)
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
  translate: exportJson,
})
