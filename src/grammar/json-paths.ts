import { encode } from './encode.ts'
import type { Machine } from './machine.ts'

/** FNV-1a, begun at a number of this process, so that no log can be made to collide in all. */
const hashStart = (Math.random() * 0x7fffffff) | 0
export const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
  let h = hashStart
  for (let at = from; at < to; at++) h = Math.imul(h ^ bytes[at]!, 16_777_619)
  return h
}

const slotOf = (hash: number, mask: number): number => (hash ^ (hash >>> 15)) & mask

const same = (a: Uint8Array, at: number, b: Uint8Array, from: number, length: number): boolean => {
  for (let i = 0; i < length; i++) if (a[at + i] !== b[from + i]) return false
  return true
}

const most = 4096
const longest = 256

/**
 * The paths a grammar knows, and their beginnings; and others as records bring them, up to a bound. Looked up by hash, compared
 * by bytes. A path that a field takes has a key; where a value goes that no field takes has another, of the same count.
 */
export class PathTable {
  private readonly texts: Uint8Array[] = []
  private readonly hashes: number[] = []
  private readonly keys: number[] = []
  private readonly others: number[] = []
  private readonly prefix: boolean[] = []
  /** By key: what it is called, and where that stands in the arena of a batch. */
  private readonly named: Uint8Array[] = []
  private readonly at: number[] = []
  private readonly batch: unknown[] = []
  private table = new Int32Array(16).fill(-1)
  private readonly prefixOfOthers: Uint8Array

  /** What stands before the names of values that no field takes. */
  constructor(prefixOfOthers = '') {
    this.prefixOfOthers = encode(prefixOfOthers)
  }

  get count(): number {
    return this.named.length
  }

  /** Adds a path that a field takes; returns its key: 0, 1, 2 … */
  add(path: string): number {
    const parts = path.split('.')
    for (let i = 1; i < parts.length; i++) this.prefix[this.node(encode(parts.slice(0, i).join('.')))] = true
    const node = this.node(encode(path))
    if (this.keys[node]! < 0) this.keys[node] = this.newKey(this.texts[node]!)
    return this.keys[node]!
  }

  /** Adds a path that `find` did not find; -1 where there are enough. */
  learn(path: Uint8Array, length: number, hash: number): number {
    return this.texts.length >= most || length > longest ? -1 : this.newNode(path.slice(0, length), hash)
  }

  /** The key for a value of the path that no field takes. */
  keyOfOther(node: number): number {
    const known = this.others[node]!
    if (known >= 0) return known
    const key = this.newKey(Buffer.concat([this.prefixOfOthers, this.texts[node]!]))
    this.others[node] = key
    return key
  }

  private newKey(name: Uint8Array): number {
    this.at.push(0)
    this.batch.push(undefined)
    return this.named.push(name) - 1
  }
  /** The node of a path, added where it is not there. */
  node(text: Uint8Array): number {
    const hash = hashOf(text, 0, text.length)
    const known = this.find(text, text.length, hash)
    return known >= 0 ? known : this.newNode(text, hash)
  }
  private newNode(text: Uint8Array, hash: number): number {
    this.hashes.push(hash)
    this.keys.push(-1)
    this.others.push(-1)
    this.prefix.push(false)
    const node = this.texts.push(text) - 1
    if (node * 4 > this.table.length) {
      this.table = new Int32Array(this.table.length * 4).fill(-1)
      for (let i = 0; i < node; i++) this.place(i)
    }
    this.place(node)
    return node
  }
  private place(node: number): void {
    const mask = this.table.length - 1
    let at = slotOf(this.hashes[node]!, mask)
    while (this.table[at] !== -1) at = (at + 1) & mask
    this.table[at] = node
  }

  /** The node of the path, or -1. */
  find(path: Uint8Array, length: number, hash: number): number {
    const mask = this.table.length - 1
    for (let at = slotOf(hash, mask); ; at = (at + 1) & mask) {
      const node = this.table[at]!
      if (node < 0) return -1
      const text = this.texts[node]!
      if (text.length === length && same(path, 0, text, 0, length)) return node
    }
  }

  isPrefix(node: number): boolean {
    return this.prefix[node]!
  }
  /** The key of the field's value; -1: no field takes it. */
  keyOf(node: number): number {
    return this.keys[node]!
  }
  textOf(node: number): Uint8Array {
    return this.texts[node]!
  }
  length(key: number): number {
    return this.named[key]!.length
  }

  /** Where the key's name stands in the arena: written once a batch. */
  address(m: Machine, key: number): number {
    if (this.batch[key] !== m.scratch) {
      const text = this.named[key]!
      const at = m.scratch.take(text.length)
      m.bytes.set(text, at)
      this.at[key] = at
      this.batch[key] = m.scratch
    }
    return this.at[key]!
  }
}

/** Members of one record by key; a later one of the same key replaces the earlier. Reused from record to record. */
export class KeySet {
  count = 0
  keyFrom = new Uint32Array(64)
  keyTo = new Uint32Array(64)
  from = new Uint32Array(64)
  to = new Uint32Array(64)
  depth = new Uint16Array(64)
  private hash = new Int32Array(64)
  private table = new Int32Array(256).fill(-1)

  clear(): void {
    if (this.count === 0) return
    if (this.count > 1024) this.table = new Int32Array(256)
    this.table.fill(-1)
    this.count = 0
  }

  /** Its number: 0, 1, 2 … by first appearance. */
  put(
    bytes: Uint8Array,
    hash: number,
    keyFrom: number,
    keyTo: number,
    from: number,
    to: number,
    depth: number,
  ): number {
    if (this.count === this.keyFrom.length) this.grow()
    if (this.count * 2 >= this.table.length) this.rehash()
    const mask = this.table.length - 1
    let at = slotOf(hash, mask)
    let i = this.table[at]!
    while (i >= 0) {
      if (
        this.hash[i] === hash &&
        this.keyTo[i]! - this.keyFrom[i]! === keyTo - keyFrom &&
        same(bytes, this.keyFrom[i]!, bytes, keyFrom, keyTo - keyFrom)
      )
        break
      at = (at + 1) & mask
      i = this.table[at]!
    }
    if (i < 0) {
      i = this.count++
      this.table[at] = i
    }
    this.hash[i] = hash
    this.keyFrom[i] = keyFrom
    this.keyTo[i] = keyTo
    this.from[i] = from
    this.to[i] = to
    this.depth[i] = depth
    return i
  }

  private grow(): void {
    const size = this.count * 2
    const larger = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const fresh = new Uint32Array(size)
      fresh.set(old)
      return fresh
    }
    this.keyFrom = larger(this.keyFrom)
    this.keyTo = larger(this.keyTo)
    this.from = larger(this.from)
    this.to = larger(this.to)
    const depth = new Uint16Array(size)
    depth.set(this.depth)
    this.depth = depth
    const hash = new Int32Array(size)
    hash.set(this.hash)
    this.hash = hash
  }

  private rehash(): void {
    this.table = new Int32Array(this.table.length * 2).fill(-1)
    const mask = this.table.length - 1
    for (let i = 0; i < this.count; i++) {
      let at = slotOf(this.hash[i]!, mask)
      while (this.table[at]! >= 0) at = (at + 1) & mask
      this.table[at] = i
    }
  }
}
