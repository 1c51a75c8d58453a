import type { Machine } from './machine.ts'

/** FNV-1a, begun at a number of this process, so that no log can be made to collide in all. */
export const hashStart = (Math.random() * 0x7fffffff) | 0
export const hashWith = (hash: number, byte: number): number => Math.imul(hash ^ byte, 16_777_619)

const slotOf = (hash: number, mask: number): number => (hash ^ (hash >>> 15)) & mask

const same = (a: Uint8Array, at: number, b: Uint8Array, from: number, length: number): boolean => {
  for (let i = 0; i < length; i++) if (a[at + i] !== b[from + i]) return false
  return true
}

/** The paths a grammar knows, and their beginnings: looked up by hash, compared by bytes. */
export class PathTable {
  private readonly texts: Uint8Array[] = []
  private readonly keys: number[] = []
  private readonly prefix: boolean[] = []
  private readonly named: Uint8Array[] = []
  private readonly at: number[] = []
  private readonly batch: unknown[] = []
  private table = new Int32Array(0)
  private mask = 0

  get count(): number {
    return this.named.length
  }

  /** Adds a path; returns its key: 0, 1, 2 … */
  add(path: string): number {
    const parts = path.split('.')
    for (let i = 1; i < parts.length; i++) this.prefix[this.node(parts.slice(0, i).join('.'))] = true
    const node = this.node(path)
    if (this.keys[node]! < 0) {
      this.keys[node] = this.named.push(this.texts[node]!) - 1
      this.at.push(0)
      this.batch.push(undefined)
    }
    return this.keys[node]!
  }

  private node(path: string): number {
    const text = new TextEncoder().encode(path)
    const known = this.texts.findIndex((other) => Buffer.compare(other, text) === 0)
    if (known >= 0) return known
    this.texts.push(text)
    this.keys.push(-1)
    this.prefix.push(false)
    this.mask = 7
    while (this.mask < this.texts.length * 4) this.mask = this.mask * 2 + 1
    this.table = new Int32Array(this.mask + 1).fill(-1)
    for (let i = 0; i < this.texts.length; i++) {
      let at = slotOf(this.texts[i]!.reduce(hashWith, hashStart), this.mask)
      while (this.table[at] !== -1) at = (at + 1) & this.mask
      this.table[at] = i
    }
    return this.texts.length - 1
  }

  /** The node of the path, or -1. */
  find(path: Uint8Array, length: number, hash: number): number {
    for (let at = slotOf(hash, this.mask); this.table.length > 0; at = (at + 1) & this.mask) {
      const node = this.table[at]!
      if (node < 0) return -1
      const text = this.texts[node]!
      if (text.length === length && same(path, 0, text, 0, length)) return node
    }
    return -1
  }

  isPrefix(node: number): boolean {
    return this.prefix[node]!
  }
  keyOf(node: number): number {
    return this.keys[node]!
  }
  length(key: number): number {
    return this.named[key]!.length
  }

  /** Where the key's path stands in the arena: written once a batch. */
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

  put(bytes: Uint8Array, hash: number, keyFrom: number, keyTo: number, from: number, to: number, depth: number): void {
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
