import type { Block } from '../event/block.ts'
import { flags } from '../event/block.ts'
import type { Failure, FailureCode } from '../event/failure.ts'
import { createScratch, type Scratch } from '../memory/scratch.ts'
import { findEither, fourfold } from '../memory/wide.ts'
import type { Slot } from './slot.ts'
import type { TimeProgram } from './time-program.ts'
import type { Zone } from './zone.ts'

/** State of a reading: one object a grammar, reused for every record, so that nothing is made on the way. */
export interface Machine {
  /** The arena; addresses are indices into it. */
  bytes: Uint8Array
  node: Buffer
  view: DataView
  words: Uint32Array
  doubles: Float64Array
  scratch: Scratch
  block: Block
  zone: Zone
  now: number
  /** Failures are for a person, and may cost. */
  explaining: boolean
  /** Tells more of this record's failure, at a cost. */
  why: (() => Failure) | undefined
  /** The record: text, and where reading stands in it; `limit` is the end of its current line. */
  start: number
  end: number
  at: number
  limit: number
  multiline: boolean
  /** The block says which records have several lines. */
  lined: boolean
  row: number
  /** Where a value is put: the row, or inside a list the element. */
  cell: number
  slots: readonly Slot[]
  /** How often a slot was opened for this record: where it did not change there is nothing to take back. */
  puts: number
  /** While decoded text is read: the address of the encoded text, for failures. Else -1. */
  anchor: number
  /** The furthest failure of this record. */
  farAt: number
  farCode: FailureCode
  farExpected: string
  farField: string | undefined
  farAlternative: string | undefined
  alternative: string | undefined
  /** Results of readers that give two numbers. */
  first: number
  second: number
  /** The time read last in this block: by which layouts, from where, and what it is. */
  readonly last: {
    times: readonly TimeProgram[] | undefined
    row: number
    from: number
    limit: number
    length: number
    /** Nothing behind it and the next byte had a say. */
    closed: boolean
    ms: number
    ns: number
    digits: number
  }
  /** Whether the text that `findStop` passed last holds a backslash (where it was asked to look). */
  slashed: boolean
}

const lineFeed = fourfold(10)
const nothing = undefined as unknown

/** A machine without a block: `open` gives it one. */
export const createMachine = (multiline: boolean): Machine => ({
  bytes: new Uint8Array(0),
  node: Buffer.alloc(0),
  view: new DataView(new ArrayBuffer(0)),
  words: new Uint32Array(0),
  doubles: new Float64Array(0),
  scratch: nothing as Scratch,
  block: nothing as Block,
  zone: nothing as Zone,
  now: 0,
  explaining: false,
  why: undefined,
  start: 0,
  end: 0,
  at: 0,
  limit: 0,
  multiline,
  lined: false,
  row: 0,
  cell: 0,
  slots: [],
  puts: 0,
  anchor: -1,
  farAt: -1,
  farCode: 'expected_literal',
  farExpected: '',
  farField: undefined,
  farAlternative: undefined,
  alternative: undefined,
  first: 0,
  second: 0,
  last: { times: undefined, row: 0, from: 0, limit: 0, length: 0, closed: false, ms: 0, ns: 0, digits: 0 },
  slashed: false,
})

export const openBlock = (m: Machine, block: Block, zone: Zone, now: number, explaining: boolean): void => {
  m.bytes = block.arena.bytes
  m.node = block.arena.node
  m.view = block.arena.view
  m.words = block.arena.words
  m.doubles = block.arena.doubles
  m.scratch = createScratch(block.arena)
  m.block = block
  m.lined = block.lined === true
  m.zone = zone
  m.now = now
  m.explaining = explaining
  m.last.times = undefined
}

/** The end of the line that begins at `from`: before its line end, `\r` of which is not the line's. */
export const lineLimit = (m: Machine, from: number): number => {
  if (!m.multiline) return m.end
  const { bytes, view, end } = m
  const at = findEither(view, from, end, lineFeed, lineFeed)
  return at < end && at > from && bytes[at - 1] === 13 ? at - 1 : at
}

export const openRecord = (m: Machine, row: number, start: number, end: number): void => {
  m.row = row
  m.cell = row
  m.puts = 0
  m.start = start
  m.end = end
  m.at = start
  m.limit = m.multiline && (!m.lined || (m.block.flag[row]! & flags.multiline) !== 0) ? lineLimit(m, start) : end
  m.anchor = -1
  m.farAt = -1
  m.farAlternative = undefined
  m.why = undefined
}

/** Remembers why it stopped, if it came no further before. Always false. */
export const fail = (m: Machine, code: FailureCode, address: number, expected: string, field?: string): false => {
  const at = m.anchor < 0 ? address : m.anchor
  if (at > m.farAt) {
    m.farAt = at
    m.farCode = at === m.end && code === 'expected_literal' ? 'unexpected_end' : code
    m.farExpected = expected
    m.farField = field
    m.farAlternative = m.alternative
  }
  return false
}

export const flagInvalid = (m: Machine): void => {
  m.block.flag[m.row]! |= flags.invalidUtf8
}
