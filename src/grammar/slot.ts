import { absent, type Column } from '../event/column.ts'
import { copyWide } from '../memory/wide.ts'
import type { FormField } from './form.ts'
import type { Machine } from './machine.ts'

/**
 * A column being filled. Every slot has one shape, whatever it holds, so that the code that fills it stays
 * monomorphic. Nothing is allocated before the first value: fields that a block lacks cost nothing.
 */
export interface Slot {
  readonly name: string
  readonly kind: 'text' | 'number' | 'time' | 'ip' | 'boolean' | 'members'
  readonly list: boolean
  live: boolean
  /**
   * Where `start`, `end` and `values` begin in `Machine.words` and `Machine.doubles`: a value is put there, for an array of
   * each column is one more object that has to be in the processor's nearest cache.
   */
  startAt: number
  endAt: number
  valuesAt: number
  /** Text and digits of numbers; keys of members. */
  start: Uint32Array
  end: Uint32Array
  /** Values of members. */
  start2: Uint32Array
  end2: Uint32Array
  /** Numbers; milliseconds of times. */
  values: Float64Array
  ns: Uint32Array
  /** Fraction digits of times; booleans; whether there is an address. */
  small: Uint8Array
  ip: Uint8Array
  /** Lists and members: elements before each row, elements so far, room for elements. */
  first: Uint32Array
  cursor: number
  room: number
}

const no32 = new Uint32Array(0)
const no8 = new Uint8Array(0)
const no64 = new Float64Array(0)
const kinds = { keyword: 'text', text: 'text', long: 'number', double: 'number', boolean: 'boolean', date: 'time', ip: 'ip', flattened: 'members' } as const // biome-ignore format: a table

export const createSlot = ({ name, type, list }: FormField): Slot => ({
  name,
  kind: kinds[type],
  list: list || type === 'flattened',
  live: false,
  startAt: 0,
  endAt: 0,
  valuesAt: 0,
  start: no32,
  end: no32,
  start2: no32,
  end2: no32,
  values: no64,
  ns: no32,
  small: no8,
  ip: no8,
  first: no32,
  cursor: 0,
  room: 0,
})

export const closeSlot = (slot: Slot): void => {
  slot.live = false
  slot.start = slot.end = slot.start2 = slot.end2 = slot.ns = slot.first = no32
  slot.values = no64
  slot.small = slot.ip = no8
  slot.cursor = slot.room = 0
}

/** Cells for `count` values, all absent; what the old cells hold is kept. */
const allot = (m: Machine, slot: Slot, count: number): void => {
  const { scratch } = m
  const words = (old: Uint32Array, fill: number): Uint32Array => {
    const fresh = scratch.u32(count).fill(fill, old.length)
    fresh.set(old)
    return fresh
  }
  const small = (old: Uint8Array, fill: number, width = 1): Uint8Array => {
    const fresh = scratch.u8(count * width).fill(fill, old.length)
    fresh.set(old)
    return fresh
  }
  if (slot.kind === 'text' || slot.kind === 'number' || slot.kind === 'members') {
    slot.start = words(slot.start, absent)
    slot.end = words(slot.end, absent)
    slot.startAt = slot.start.byteOffset / 4
    slot.endAt = slot.end.byteOffset / 4
  }
  if (slot.kind === 'members') {
    slot.start2 = words(slot.start2, absent)
    slot.end2 = words(slot.end2, absent)
  }
  if (slot.kind === 'number' || slot.kind === 'time') {
    const fresh = scratch.f64(count).fill(Number.NaN, slot.values.length)
    fresh.set(slot.values)
    slot.values = fresh
    slot.valuesAt = fresh.byteOffset / 8
  }
  if (slot.kind === 'time') {
    slot.ns = words(slot.ns, 0)
    slot.small = small(slot.small, 0)
  }
  if (slot.kind === 'ip') {
    slot.ip = small(slot.ip, 0, 16)
    slot.small = small(slot.small, 0)
  }
  if (slot.kind === 'boolean') slot.small = small(slot.small, 255)
  slot.room = count
}

const makeRoom = (m: Machine, slot: Slot): void => {
  if (slot.live) {
    allot(m, slot, slot.room * 2)
    return
  }
  const rows = m.block.count
  if (slot.list) slot.first = m.scratch.u32(rows + 1).fill(0)
  allot(m, slot, slot.list ? Math.max(16, rows) : rows)
  slot.live = true
}

/** The slot, with room for a value at `m.cell`. */
export const opened = (m: Machine, at: number): Slot => {
  const slot = m.slots[at]!
  m.puts++
  if (!slot.live || (slot.list && slot.cursor >= slot.room)) makeRoom(m, slot)
  return slot
}

export const putText = (m: Machine, at: number, from: number, to: number): void => {
  if (at < 0) return
  const slot = opened(m, at)
  const { words, cell } = m
  words[slot.startAt + cell] = from
  words[slot.endAt + cell] = to
}

/** `from` `absent`: the digits are not the number's as JSON has it. */
export const putNumber = (m: Machine, at: number, value: number, from: number, to: number): void => {
  if (at < 0) return
  const slot = opened(m, at)
  const { words, cell } = m
  m.doubles[slot.valuesAt + cell] = value
  words[slot.startAt + cell] = from
  words[slot.endAt + cell] = to
}

export const putBoolean = (m: Machine, at: number, value: boolean): void => {
  if (at >= 0) opened(m, at).small[m.cell] = value ? 1 : 0
}

export const putTime = (m: Machine, at: number, ms: number, ns: number, digits: number): void => {
  if (at < 0) return
  const slot = opened(m, at)
  m.doubles[slot.valuesAt + m.cell] = ms
  slot.ns[m.cell] = ns
  slot.small[m.cell] = digits
}

/** Takes the 16 bytes of `from`. */
export const putIp = (m: Machine, at: number, from: DataView): void => {
  if (at < 0) return
  const slot = opened(m, at)
  copyWide(from, 0, 16, m.view, slot.ip.byteOffset + m.cell * 16)
  slot.small[m.cell] = 1
}

/** Takes back what this record put into the slots. */
export const takeBack = (m: Machine, touched: Int32Array): void => {
  for (let i = 0; i < touched.length; i++) {
    const slot = m.slots[touched[i]!]!
    if (!slot.live) continue
    if (slot.list) slot.cursor = slot.first[m.row]!
    else if (slot.kind === 'text') m.words[slot.startAt + m.row] = absent
    else if (slot.kind === 'number' || slot.kind === 'time') m.doubles[slot.valuesAt + m.row] = Number.NaN
    else slot.small[m.row] = slot.kind === 'boolean' ? 255 : 0
  }
}

/** Whether this record put something into a slot that is no list. */
export const isSet = (m: Machine, slot: Slot): boolean => {
  const { row } = m
  if (!slot.live) return false
  if (slot.kind === 'text') return m.words[slot.startAt + row] !== absent
  if (slot.kind === 'number' || slot.kind === 'time') return !Number.isNaN(m.doubles[slot.valuesAt + row])
  return slot.kind === 'boolean' ? slot.small[row] !== 255 : slot.small[row] === 1
}

/** Copies this record's value from a slot to another of its kind. */
export const copyCell = (m: Machine, from: Slot, to: number): void => copyOf(m, from, m.row, to)

/** The same of any cell: an element of a list. */
export const copyOf = (m: Machine, from: Slot, row: number, to: number): void => {
  if (from.kind === 'text') putText(m, to, from.start[row]!, from.end[row]!)
  else if (from.kind === 'number') putNumber(m, to, from.values[row]!, from.start[row]!, from.end[row]!)
  else if (from.kind === 'time') putTime(m, to, from.values[row]!, from.ns[row]!, from.small[row]!)
  else if (from.kind === 'boolean') putBoolean(m, to, from.small[row] === 1)
  else putIp(m, to, new DataView(from.ip.buffer, from.ip.byteOffset + row * 16, 16))
}

const cells = (slot: Slot, count: number): Column => {
  const slices = { start: slot.start.subarray(0, count), end: slot.end.subarray(0, count) }
  switch (slot.kind) {
    case 'text':
      return { kind: 'text', ...slices }
    case 'number':
      return { kind: 'number', values: slot.values.subarray(0, count), text: slices }
    case 'time':
      return {
        kind: 'time',
        ms: slot.values.subarray(0, count),
        ns: slot.ns.subarray(0, count),
        digits: slot.small.subarray(0, count),
      }
    case 'ip':
      return { kind: 'ip', values: slot.ip.subarray(0, count * 16), present: slot.small.subarray(0, count) }
    case 'boolean':
      return { kind: 'boolean', values: slot.small.subarray(0, count) }
    case 'members':
      return {
        kind: 'members',
        first: slot.first,
        key: slices,
        value: { start: slot.start2.subarray(0, count), end: slot.end2.subarray(0, count) },
      }
  }
}

/** The filled slot as a column; undefined: no row has a value. */
export const columnOf = (slot: Slot, count: number): Column | undefined => {
  if (!slot.live) return undefined
  if (!slot.list) return cells(slot, count)
  if (slot.kind === 'members') return cells(slot, slot.cursor)
  return { kind: 'list', first: slot.first, values: cells(slot, slot.cursor) }
}
