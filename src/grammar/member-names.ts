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
 * Names of members as they stand in records, and the path each leads to, learned as they come. Programs write the same members
 * in the same order, so each knows which name came behind it last: that one is looked for first, with the signs around it, and
 * only another is looked up by its hash. What is not learned any more costs a look-up by its path.
 */
export class MemberNames {
  /** Which name came behind that one last; of what `before` gives, which was the first. -1: none yet. */
  private behind = new Int32Array(32)
  /** Node of the path it leads to. */
  private node = new Int32Array(32)
  private object = new Int32Array(32)
  private hash = new Int32Array(32)
  /** Where it stands in `texts` with its signs, and how long it is with them. */
  private at = new Int32Array(32)
  private length = new Int32Array(32)
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
    return this.node[name]!
  }

  /** How long the name that came behind `name` last is with its signs, where these are the bytes at `at`; 0: they are not. */
  repeats(name: number, { view: bytes }: Machine, at: number, end: number): number {
    const next = this.behind[name]!
    if (next < 0) return 0
    const length = this.length[next]!
    if (at + length > end) return 0
    const { view } = this
    const from = this.at[next]!
    let i = 0
    for (; i + 4 <= length; i += 4) if (view.getInt32(from + i, true) !== bytes.getInt32(at + i, true)) return 0
    const differ = view.getInt32(from + i, true) ^ bytes.getInt32(at + i, true)
    return (differ & lowBytes[length - i]!) === 0 ? length : 0
  }
  /** The name that `repeats` found behind that one. */
  next(name: number): number {
    return this.behind[name]!
  }

  /** The name in [from, to), which stands behind another in the object; -1: it was not learned. */
  find(object: number, name: number, { view: bytes }: Machine, from: number, to: number): number {
    const { table, view } = this
    const mask = table.length - 1
    const h = hashOf(bytes, object, from, to)
    this.last = h
    for (let slot = h & mask, found = table[slot]!; found >= 0; slot = (slot + 1) & mask, found = table[slot]!) {
      if (this.hash[found] !== h || this.object[found] !== object) continue
      const text = this.at[found]! + this.lead.length
      const length = to - from
      if (this.length[found]! - this.lead.length - this.tail.length !== length) continue
      let i = 0
      while (i + 4 <= length && view.getInt32(text + i, true) === bytes.getInt32(from + i, true)) i += 4
      if (i + 4 <= length) continue
      if (((view.getInt32(text + i, true) ^ bytes.getInt32(from + i, true)) & lowBytes[length - i]!) !== 0) continue
      this.behind[name] = found
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
    this.hash[found] = this.last
    if (this.count * 2 > this.table.length) this.rehash()
    else this.place(found)
    this.behind[name] = found
    return found
  }

  private entry(object: number, node: number, size: number): number {
    if (this.count === this.node.length) this.grow()
    const one = this.count++
    this.object[one] = object
    this.node[one] = node
    this.at[one] = this.used
    this.length[one] = size
    this.behind[one] = -1
    return one
  }
  private place(name: number): void {
    const { table } = this
    const mask = table.length - 1
    let slot = this.hash[name]! & mask
    while (table[slot]! >= 0) slot = (slot + 1) & mask
    table[slot] = name
  }
  private rehash(): void {
    this.table = new Int32Array(this.table.length * 4).fill(-1)
    for (let name = 0; name < this.count; name++) if (this.length[name]! > 0) this.place(name)
  }
  private grow(): void {
    const larger = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const fresh = new Int32Array(old.length * 2)
      fresh.set(old)
      return fresh
    }
    this.behind = larger(this.behind)
    this.node = larger(this.node)
    this.object = larger(this.object)
    this.hash = larger(this.hash)
    this.at = larger(this.at)
    this.length = larger(this.length)
  }
  private lengthen(): void {
    const texts = new Uint8Array(this.texts.length * 2)
    texts.set(this.texts)
    this.texts = texts
    this.view = new DataView(texts.buffer)
  }
}
