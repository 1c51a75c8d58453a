import { isUtf8 } from 'node:buffer'
import type { Translated } from '../event/framing.ts'
import { writeEscaped } from '../event/json-text.ts'
import { createByteTable } from '../memory/byte-table.ts'
import { bytesOf, hashOf } from '../memory/bytes.ts'
import { copyWide, findEither, fourfold } from '../memory/wide.ts'

/** What systemd's own reader takes at most for a name. */
const mostName = 64

/** Where the field's name ends that begins at `start`; `start` itself where none does. */
export const nameEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start
  while (at < end) {
    const b = bytes[at]!
    const isName = (b >= 65 && b <= 90) || b === 95 || (b >= 48 && b <= 57 && at > start)
    if (!isName) break
    if (++at - start > mostName) return start
  }
  return at
}

/** Bytes of the length that stands before some values. */
export const lengthBytes = 8

export const littleEndian = (bytes: Uint8Array, at: number): number => {
  let value = 0
  for (let i = lengthBytes - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
  return value
}

/** A record, and behind it the text made of it: escapes are six bytes for one, `A=` becomes `"A":"",`. */
const memoryFor = (length: number) => {
  const bytes = Buffer.alloc(length * 9 + 128)
  const { memory, words } = bytesOf(bytes)
  return { bytes, memory, words, view: words }
}
/** Records up to this share one memory, made for the first of them. */
const usual = 1 << 16
let kept: Memory | undefined

/** Fields of a record in their order: where name and value lie, and which is the next of the same name; 0 for none. */
const sized = (room: number) => ({
  nameFrom: new Uint32Array(room),
  nameTo: new Uint32Array(room),
  from: new Uint32Array(room),
  to: new Uint32Array(room),
  next: new Uint32Array(room),
  /** By number of the name: its first field and its last. */
  first: new Uint32Array(room),
  last: new Uint32Array(room),
})
const usualFields = sized(64)

const newline = 10
const lineFeed = fourfold(newline)
const equals = 61
const [quote, colon, comma, openList, closeList, openObject, closeObject] = [34, 58, 44, 91, 93, 123, 125]
const names = createByteTable()
const seed = (Math.random() * 0x7fffffff) | 0

type Memory = ReturnType<typeof memoryFor>
type Fields = ReturnType<typeof sized>

/** Finds the fields of the first `length` bytes; how many, -1 where they are no entry. `fields` may have too little room. */
const findFields = ({ bytes, view }: Memory, length: number, cut: boolean, fields: Fields): number => {
  const room = fields.from.length
  let count = 0
  for (let at = 0; at < length; count++) {
    const name = nameEnd(bytes, at, length)
    if (name === at) return -1
    let from = name + 1
    let to = length
    if (name < length && bytes[name] === equals) to = findEither(view, from, length, lineFeed, lineFeed)
    else if (name === length || bytes[name] === newline) {
      from += lengthBytes
      if (from > length) return cut ? count : -1
      to = from + littleEndian(bytes, from - lengthBytes)
      if (to > length && cut) to = length
      if (to > length || (to < length && bytes[to] !== newline)) return -1
    } else return -1
    if (count < room) {
      fields.nameFrom[count] = at
      fields.nameTo[count] = name
      fields.from[count] = from
      fields.to[count] = to
    }
    at = to + 1
  }
  return count
}

/** Says of each field which is the next of its name; how many names there are. */
const chain = (memory: Memory, count: number, fields: Fields): number => {
  const { nameFrom, nameTo, next, first, last } = fields
  names.reset(count)
  for (let i = 0; i < count; i++) {
    const hash = hashOf(memory, nameFrom[i]!, nameTo[i]!, seed)
    const found = names.find(memory, memory, nameFrom[i]!, nameTo[i]!, hash)
    const number = found < 0 ? names.add(nameFrom[i]!, nameTo[i]!, hash) : found
    next[i] = 0
    if (found < 0) first[number] = i
    else next[last[number]!] = i
    last[number] = i
  }
  return names.count
}

/** The text of an entry that lies at the start of the memory: where it ends, behind the entry. */
const writeObject = (memory: Memory, length: number, count: number, fields: Fields): Translated => {
  const { bytes, view } = memory
  const { nameFrom, nameTo, from, to, next, first } = fields
  const distinct = chain(memory, count, fields)
  // Values end where ASCII does, but one may begin within a character: lengths are any bytes.
  const whole = isUtf8(bytes.subarray(0, length))
  let valid = true
  let at = length
  const put = (byte: number): void => {
    bytes[at++] = byte
  }
  const putValue = (i: number): void => {
    const start = from[i]!
    const end = to[i]!
    if ((whole && (bytes[start]! & 0xc0) !== 0x80) || start === end || isUtf8(bytes.subarray(start, end))) {
      put(quote)
      at = writeEscaped(memory, start, end, at)
      put(quote)
    } else {
      valid = false
      at += bytes.write(JSON.stringify(bytes.toString('utf8', start, end)), at)
    }
  }
  put(openObject)
  for (let n = 0; n < distinct; n++) {
    const i = first[n]!
    if (n > 0) put(comma)
    put(quote)
    at = copyWide(view, nameFrom[i]!, nameTo[i]!, view, at)
    put(quote)
    put(colon)
    if (next[i] === 0) putValue(i)
    else {
      put(openList)
      putValue(i)
      for (let other = next[i]!; other > 0; other = next[other]!) {
        put(comma)
        putValue(other)
      }
      put(closeList)
    }
  }
  put(closeObject)
  return { text: bytes.subarray(length, at), valid }
}

/** An entry as `journalctl -o json` prints it: an object of texts, of a list of them where a field is there more than once. */
export const exportJson = (record: Uint8Array, cut: boolean): Translated | undefined => {
  const { length } = record
  if (length <= usual) kept ??= memoryFor(usual)
  const memory = length <= usual ? kept! : memoryFor(length)
  memory.bytes.set(record)
  const count = findFields(memory, length, cut, usualFields)
  if (count < 0) return undefined
  if (count <= usualFields.from.length) return writeObject(memory, length, count, usualFields)
  const fields = sized(count)
  findFields(memory, length, cut, fields)
  return writeObject(memory, length, count, fields)
}
