import { isUtf8 } from 'node:buffer'
import type { Translated } from '../event/framing.ts'
import { writeEscaped } from '../event/json-text.ts'
import { createByteTable } from '../memory/byte-table.ts'
import { bytesOf, hashOf } from '../memory/bytes.ts'
import { copyWide, findEither, fourfold } from '../memory/wide.ts'

/** What systemd's own reader takes at most for a name. */
const mostName = 64

/** By byte: 1 for those of names. */
const ofName = new Uint8Array(256)
for (const b of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789')) ofName[b] = 1
export const isOfName = (b: number): boolean => ofName[b] === 1
const isDigit = (b: number): boolean => b >= 48 && b <= 57

/** Where the field's name ends that begins at `start`; `start` itself where none does. */
export const nameEnd = (bytes: Uint8Array, start: number, end: number): number => {
  const most = Math.min(end, start + mostName + 1)
  let at = start
  while (at < most && isOfName(bytes[at]!)) at++
  return at - start > mostName || (at > start && isDigit(bytes[start]!)) ? start : at
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
const quote = 34
const colon = 58
const comma = 44
const openList = 91
const closeList = 93
const openObject = 123
const closeObject = 125
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

/** By a quick hash of a name: the record it was last seen in. */
const seenIn = new Float64Array(1 << 12)
let serial = 0

/** Whether no name is there twice: mostly so, and mostly seen at once. */
const areDistinct = ({ view }: Memory, count: number, { nameFrom, nameTo }: Fields): boolean => {
  serial++
  for (let i = 0; i < count; i++) {
    const from = nameFrom[i]!
    const length = nameTo[i]! - from
    // Four bytes of the start, the middle and the end.
    const head = view.getInt32(from, true) & (length < 4 ? (1 << (length * 8)) - 1 : -1)
    const middle = length < 8 ? 0 : view.getInt32(from + ((length - 4) >> 1), true)
    const tail = length < 4 ? 0 : view.getInt32(from + length - 4, true)
    const h = Math.imul(head ^ Math.imul(middle ^ length, 0x27d4eb2f), 0x9e3779b1) ^ Math.imul(tail, 0x85ebca6b)
    const slot = (h ^ (h >>> 15)) & (seenIn.length - 1)
    if (seenIn[slot] === serial) return false
    seenIn[slot] = serial
  }
  return true
}

/** Says of each field which is the next of its name; how many names there are. */
const chain = (memory: Memory, count: number, fields: Fields): number => {
  const { nameFrom, nameTo, next, first, last } = fields
  next.fill(0, 0, count)
  if (areDistinct(memory, count, fields)) {
    for (let i = 0; i < count; i++) first[i] = i
    return count
  }
  names.reset(count)
  for (let i = 0; i < count; i++) {
    const hash = hashOf(memory, nameFrom[i]!, nameTo[i]!, seed)
    const found = names.find(memory, memory, nameFrom[i]!, nameTo[i]!, hash)
    const number = found < 0 ? names.add(nameFrom[i]!, nameTo[i]!, hash) : found
    if (found < 0) first[number] = i
    else next[last[number]!] = i
    last[number] = i
  }
  return names.count
}

/** Writes the value as a JSON string at `at`; where it ends, less than zero by one where it is no UTF-8. */
const writeValue = (memory: Memory, start: number, end: number, isSound: boolean, at: number): number => {
  const { bytes } = memory
  // Values end where ASCII does, but one may begin within a character: lengths are any bytes.
  if (!(isSound && (bytes[start]! & 0xc0) !== 0x80) && start < end && !isUtf8(bytes.subarray(start, end)))
    return -1 - (at + bytes.write(JSON.stringify(bytes.toString('utf8', start, end)), at))
  bytes[at] = quote
  const to = writeEscaped(memory, start, end, at + 1)
  bytes[to] = quote
  return to + 1
}

/** The text of an entry that lies at the start of the memory, written behind it. */
const writeObject = (memory: Memory, length: number, count: number, fields: Fields): Translated => {
  const { bytes, view } = memory
  const { nameFrom, nameTo, from, to, next, first } = fields
  const distinct = chain(memory, count, fields)
  const isSound = isUtf8(bytes.subarray(0, length))
  let valid = true
  let at = length
  bytes[at++] = openObject
  for (let n = 0; n < distinct; n++) {
    let i = first[n]!
    if (n > 0) bytes[at++] = comma
    bytes[at] = quote
    at = copyWide(view, nameFrom[i]!, nameTo[i]!, view, at + 1)
    bytes[at++] = quote
    bytes[at++] = colon
    const isList = next[i] !== 0
    if (isList) bytes[at++] = openList
    for (;;) {
      at = writeValue(memory, from[i]!, to[i]!, isSound, at)
      if (at < 0) {
        valid = false
        at = -1 - at
      }
      i = next[i]!
      if (i === 0) break
      bytes[at++] = comma
    }
    if (isList) bytes[at++] = closeList
  }
  bytes[at++] = closeObject
  return { text: bytes.subarray(length, at), valid }
}

/** An entry as `journalctl -o json` prints it: an object of texts, of a list of them where a field is there more than once. */
export const exportJson = (record: Uint8Array, cut: boolean): Translated | undefined => {
  const { length } = record
  if (nameEnd(record, 0, length) === 0 && length > 0) return undefined
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
