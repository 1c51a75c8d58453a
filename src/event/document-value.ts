import type { Arena } from '../memory/arena.ts'
import { copyWide } from '../memory/wide.ts'
import { absent, type Column } from './column.ts'
import { printIp } from './ip.ts'
import { createTimeWriter } from './iso-time.ts'
import { writeEscaped, writeInteger } from './json-text.ts'

/** Writes single values as JSON at an address of the arena; each returns where it ends. */
export interface ValueWriter {
  /** Bytes as they are. */
  copy(start: number, end: number, at: number): number
  number(value: number, at: number): number
  /** The 16 bytes at `from`; without quotes. */
  ip(addresses: Uint8Array, from: number, at: number): number
  /** 1 is true. */
  boolean(value: number, at: number): number
  /** What stands between two texts of a list. */
  between(at: number): number
  /** The value of any kind of column, which is there. */
  any(column: Column, row: number, at: number): number
}

/** Whether 16 bytes are a v4-mapped address, `::ffff:0:0/96`: the common case, written without a string. */
const isV4 = (addresses: Uint8Array, at: number): boolean =>
  addresses[at + 10] === 255 &&
  addresses[at + 11] === 255 &&
  (addresses[at]! | addresses[at + 1]! | addresses[at + 2]! | addresses[at + 3]! | addresses[at + 4]!) === 0 &&
  (addresses[at + 5]! | addresses[at + 6]! | addresses[at + 7]! | addresses[at + 8]! | addresses[at + 9]!) === 0

/** `0.` to `255.` as four bytes each. */
const octets = Int32Array.from({ length: 256 }, (_, value) =>
  [...`${value}.`].reduce((bytes, character, i) => bytes | (character.charCodeAt(0) << (8 * i)), 0),
)
const octetLength = (value: number): number => (value < 10 ? 2 : value < 100 ? 3 : 4)

/** From here on a native copy is faster. */
const longSlice = 512

export const createValueWriter = (arena: Arena): ValueWriter => {
  const { bytes: memory, node, view } = arena
  const times = createTimeWriter()

  const copy = (start: number, end: number, at: number): number => {
    if (end - start < longSlice) return copyWide(view, start, end, view, at)
    memory.copyWithin(at, start, end)
    return at + (end - start)
  }
  const number = (value: number, at: number): number =>
    Number.isSafeInteger(value) ? writeInteger(memory, value, at) : at + node.write(String(value), at, 'latin1')

  const ip = (addresses: Uint8Array, from: number, at: number): number => {
    if (!isV4(addresses, from)) return at + node.write(printIp(addresses, from), at, 'latin1')
    let to = at
    for (let i = from + 12; i < from + 16; i++) {
      const octet = addresses[i]!
      view.setInt32(to, octets[octet]!, true)
      to += octetLength(octet)
    }
    return to - 1
  }
  const boolean = (value: number, at: number): number => at + node.write(value === 1 ? 'true' : 'false', at, 'latin1')

  const between = (at: number): number => {
    view.setInt32(at, 0x222c22, true)
    return at + 3
  }
  const close = (byte: number, at: number): number => {
    memory[at] = byte
    return at + 1
  }
  const quoted = (start: number, end: number, at: number): number =>
    close(0x22, writeEscaped(arena, start, end, close(0x22, at)))

  const any = (column: Column, row: number, at: number): number => {
    switch (column.kind) {
      case 'text':
        return quoted(column.start[row]!, column.end[row]!, at)
      case 'json':
        return copy(column.start[row]!, column.end[row]!, at)
      case 'number': {
        const digits = column.text !== undefined && column.text.start[row] !== absent ? column.text : undefined
        return digits === undefined ? number(column.values[row]!, at) : copy(digits.start[row]!, digits.end[row]!, at)
      }
      case 'time':
        return close(0x22, times.write(memory, column.ms[row]!, column.ns[row]!, column.digits[row]!, close(0x22, at)))
      case 'ip':
        return close(0x22, ip(column.values, row * 16, close(0x22, at)))
      case 'boolean':
        return boolean(column.values[row]!, at)
      case 'constant':
        return at + node.write(JSON.stringify(column.value), at)
      case 'dictionary':
        return any(column.values, column.codes[row]!, at)
      case 'list': {
        let to = close(0x5b, at)
        for (let i = column.first[row]!; i < column.first[row + 1]!; i++)
          to = any(column.values, i, i > column.first[row]! ? close(0x2c, to) : to)
        return close(0x5d, to)
      }
      case 'members': {
        let to = close(0x7b, at)
        for (let i = column.first[row]!; i < column.first[row + 1]!; i++) {
          if (i > column.first[row]!) to = close(0x2c, to)
          to = close(0x3a, quoted(column.key.start[i]!, column.key.end[i]!, to))
          to = copy(column.value.start[i]!, column.value.end[i]!, to)
        }
        return close(0x7d, to)
      }
    }
  }
  return { copy, number, ip, boolean, between, any }
}
