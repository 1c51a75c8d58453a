import type { Machine } from './machine.ts'

const seed = (Math.random() * 0x7fffffff) | 0
/** Bytes of a number that the first n of four are. */
const lowBytes = Int32Array.of(0, 0xff, 0xffff, 0xffffff)

/** A hash of 32 bits of the name in one object; up to three bytes behind it are read. */
const hashOf = (view: DataView, object: number, from: number, to: number): number => {
  let h = seed ^ Math.imul(object + 1, 0x27d4eb2f) ^ (to - from)
  let at = from
  for (; at + 4 <= to; at += 4) h = Math.imul(h ^ view.getInt32(at, true), 0x9e3779b1) ^ (h >>> 15)
  if (at < to) h = Math.imul(h ^ (view.getInt32(at, true) & lowBytes[to - at]!), 0x9e3779b1)
  return h ^ (h >>> 16)
}

const most = 4096
const longest = 128

/**
 * Numbers of a name: which came behind it last, -1 for none yet; where it stands in the texts with its signs, and how long it
 * is with them, 0 for what stands for a beginning; the node of the path it leads to; its hash; the object it stands in.
 */
const behindAt = 0
const textAt = 1
const sizeAt = 2
const nodeAt = 3
const hashAt = 4
const objectAt = 5
const stride = 8

/**
 * Names of members as they stand in records, and the path each leads to, learned as they come. Programs write the same members
 * in the same order, so each knows which name came behind it last: that one is looked for first, with the signs around it, and
 * only another is looked up by its hash. What is not learned any more costs a look-up by its path.
 */
export class MemberNames {
  /** In one array, so that what is looked at for every member lies close together. */
  private cells = new Int32Array(32 * stride)
  private count = 0
  private texts = new Uint8Array(512)
  private view = new DataView(this.texts.buffer)
  private used = 0
  private table = new Int32Array(64).fill(-1)
  private readonly beginnings: number[] = []
  private readonly lead: Uint8Array
  private readonly tail: Uint8Array
  /** Hash of the name that was looked for last. */
  private last = 0

  /** What stands around a name: quotes and colon. */
  constructor(lead: Uint8Array, tail: Uint8Array) {
    this.lead = lead
    this.tail = tail
  }

  /** What stands for the beginning of an object, before its first name. */
  before(object: number): number {
    const known = this.beginnings[object]
    if (known !== undefined) return known
    const one = this.entry(object, -1, 0)
    while (this.beginnings.length <= object) this.beginnings.push(undefined as never)
    this.beginnings[object] = one
    return one
  }

  nodeOf(name: number): number {
    return this.cells[name * stride + nodeAt]!
  }

  /** How long the name that came behind `name` last is with its signs, where these are the bytes at `at`; 0: they are not. */
  repeats(name: number, { view: bytes }: Machine, at: number, end: number): number {
    const { cells, view } = this
    const next = cells[name * stride + behindAt]! * stride
    if (next < 0) return 0
    const size = cells[next + sizeAt]!
    if (at + size > end) return 0
    const text = cells[next + textAt]!
    let i = 0
    for (; i + 4 <= size; i += 4) if (view.getInt32(text + i, true) !== bytes.getInt32(at + i, true)) return 0
    const differ = view.getInt32(text + i, true) ^ bytes.getInt32(at + i, true)
    return (differ & lowBytes[size - i]!) === 0 ? size : 0
  }
  /** The name that `repeats` found behind that one. */
  next(name: number): number {
    return this.cells[name * stride + behindAt]!
  }

  /** The name in [from, to), which stands behind another in the object; -1: it was not learned. */
  find(object: number, name: number, { view: bytes }: Machine, from: number, to: number): number {
    const { table, view, cells } = this
    const mask = table.length - 1
    const lead = this.lead.length
    const length = to - from
    const size = lead + length + this.tail.length
    const h = hashOf(bytes, object, from, to)
    this.last = h
    for (let slot = h & mask, found = table[slot]!; found >= 0; slot = (slot + 1) & mask, found = table[slot]!) {
      const cell = found * stride
      if (cells[cell + hashAt] !== h || cells[cell + objectAt] !== object || cells[cell + sizeAt] !== size) continue
      const text = cells[cell + textAt]! + lead
      let i = 0
      while (i + 4 <= length && view.getInt32(text + i, true) === bytes.getInt32(from + i, true)) i += 4
      if (i + 4 <= length) continue
      if (((view.getInt32(text + i, true) ^ bytes.getInt32(from + i, true)) & lowBytes[length - i]!) !== 0) continue
      cells[name * stride + behindAt] = found
      return found
    }
    return -1
  }

  /** Learns the name that `find` did not find; -1 where there are enough. */
  add(object: number, name: number, { bytes }: Machine, from: number, to: number, node: number): number {
    const { lead, tail } = this
    const size = lead.length + to - from + tail.length
    if (this.count >= most || size > longest) return -1
    if (this.used + size + 4 > this.texts.length) this.lengthen()
    const found = this.entry(object, node, size)
    this.texts.set(lead, this.used)
    this.texts.set(bytes.subarray(from, to), this.used + lead.length)
    this.texts.set(tail, this.used + size - tail.length)
    this.used += size
    this.cells[found * stride + hashAt] = this.last
    if (this.count * 2 > this.table.length) this.rehash()
    else this.place(found)
    this.cells[name * stride + behindAt] = found
    return found
  }

  private entry(object: number, node: number, size: number): number {
    const cell = this.count * stride
    if (cell === this.cells.length) {
      const { cells } = this
      this.cells = new Int32Array(cells.length * 2)
      this.cells.set(cells)
    }
    this.cells[cell + behindAt] = -1
    this.cells[cell + textAt] = this.used
    this.cells[cell + sizeAt] = size
    this.cells[cell + nodeAt] = node
    this.cells[cell + objectAt] = object
    return this.count++
  }
  private place(name: number): void {
    const { table } = this
    const mask = table.length - 1
    let slot = this.cells[name * stride + hashAt]! & mask
    while (table[slot]! >= 0) slot = (slot + 1) & mask
    table[slot] = name
  }
  private rehash(): void {
    this.table = new Int32Array(this.table.length * 4).fill(-1)
    for (let name = 0; name < this.count; name++) if (this.cells[name * stride + sizeAt]! > 0) this.place(name)
  }
  private lengthen(): void {
    const texts = new Uint8Array(this.texts.length * 2)
    texts.set(this.texts)
    this.texts = texts
    this.view = new DataView(texts.buffer)
  }
}
