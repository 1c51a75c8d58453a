import { jsonKind } from '../event/json-reader.ts'
import { KeySet, type PathTable } from './json-paths.ts'

/** What a value is, as one number: its kind, whether it is a string with escapes, and how deep it is nested. */
export const signOf = (kind: number, escaped: boolean, depth: number): number =>
  kind | (escaped && kind === jsonKind.string ? escapedBit : 0) | (depth << 16)
const escapedBit = 0x100
const none = -1
const several = -2
export const kindIn = (sign: number): number => sign & 0xff
export const isEscaped = (sign: number): boolean => (sign & escapedBit) !== 0
export const depthIn = (sign: number): number => sign >>> 16

/** Where a record's members stand, by the key of their path; reused from record to record. */
export class FoundMembers {
  readonly paths: PathTable
  /** Whether members that no field takes are kept. */
  readonly keepsOthers: boolean
  /**
   * Four numbers a key: the record it was last seen in, and where its value begins and ends there and what it is (`signOf`).
   * In one array, since one that is looked at for every member lies in the processor's nearest cache, and four may not.
   */
  private cells: Uint32Array
  private serial = 0
  /** Numbers of those who take members: bits of those who have one in this record, and of those who miss it where it is not. */
  readonly pending: Int32Array
  private readonly expected: Int32Array
  /** By key: who takes it. */
  private readonly takers: Int32Array
  /** By taker that has one in this record: the only key of it, else `several` or `none`. */
  readonly only: Int32Array
  private readonly missed: readonly number[]
  /** Members that no field takes, in the order of their first: a key, or of one whose path was not learned -1 - its number in `others`. */
  order = new Int32Array(64)
  kept = 0
  readonly others = new KeySet()

  constructor(
    paths: PathTable,
    keepsOthers: boolean,
    takers: readonly { readonly keys: readonly number[]; readonly expected: boolean }[],
  ) {
    this.paths = paths
    this.keepsOthers = keepsOthers
    const { count } = paths
    this.cells = new Uint32Array(count * 4)
    this.takers = new Int32Array(count).fill(-1)
    this.expected = new Int32Array((takers.length + 31) >> 5)
    this.pending = new Int32Array(this.expected.length)
    this.only = new Int32Array(takers.length)
    this.missed = [...takers.keys()].filter((taker) => takers[taker]!.expected)
    for (const [taker, { keys, expected }] of takers.entries()) {
      for (const key of keys) this.takers[key] = taker
      if (expected) this.expected[taker >> 5]! |= 1 << (taker & 31)
    }
  }

  /** A new record, of which nothing was seen yet. */
  open(): void {
    if (++this.serial === 0xffffffff) {
      this.cells.fill(0)
      this.serial = 1
    }
    this.others.clear()
    this.kept = 0
    const { pending, expected } = this
    for (let i = 0; i < pending.length; i++) pending[i] = expected[i]!
    const { only, missed } = this
    for (let i = 0; i < missed.length; i++) only[missed[i]!] = none
  }

  /** The record has the key; of a string `from` and `to` are what stands between the quotes. The last one counts. */
  note(key: number, sign: number, from: number, to: number): void {
    this.put(key, sign, from, to)
    const taker = this.takers[key]!
    if (taker < 0) return
    const { pending, only } = this
    const bit = 1 << (taker & 31)
    if ((pending[taker >> 5]! & bit) === 0) {
      pending[taker >> 5]! |= bit
      only[taker] = key
    } else if (only[taker] !== key) only[taker] = only[taker] === none ? key : several
  }

  /** The record has a member that no field takes; see `PathTable.keyOfOther`. */
  noteOther(key: number, sign: number, from: number, to: number): void {
    if (key * 4 >= this.cells.length) this.grow()
    if (!this.has(key)) this.keepLater(key)
    this.put(key, sign, from, to)
  }

  private put(key: number, sign: number, from: number, to: number): void {
    const { cells } = this
    const at = key * 4
    cells[at] = this.serial
    cells[at + 1] = from
    cells[at + 2] = to
    cells[at + 3] = sign
  }
  /** Whether the record has the key. */
  has(key: number): boolean {
    return this.cells[key * 4] === this.serial
  }
  /** Of a string what stands between the quotes. */
  from(key: number): number {
    return this.cells[key * 4 + 1]!
  }
  to(key: number): number {
    return this.cells[key * 4 + 2]!
  }
  sign(key: number): number {
    return this.cells[key * 4 + 3]!
  }

  /** One whose path was not learned; of a string `from` and `to` are those of its quotes. */
  noteUnknown(
    bytes: Uint8Array,
    hash: number,
    keyFrom: number,
    keyTo: number,
    from: number,
    to: number,
    depth: number,
  ): void {
    const { count } = this.others
    const number = this.others.put(bytes, hash, keyFrom, keyTo, from, to, depth)
    if (number === count) this.keepLater(-1 - number)
  }

  private keepLater(which: number): void {
    if (this.kept === this.order.length) {
      const { order } = this
      this.order = new Int32Array(order.length * 2)
      this.order.set(order)
    }
    this.order[this.kept++] = which
  }

  private grow(): void {
    const { cells } = this
    this.cells = new Uint32Array(Math.max(64, this.paths.count * 2) * 4)
    this.cells.set(cells)
  }
}
