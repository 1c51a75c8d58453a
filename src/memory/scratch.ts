import type { Arena, Lease } from './arena.ts'

/**
 * Bump allocation over leases: what one batch makes besides its input (columns, decoded text, digits). Grows by
 * leasing further regions; all go back together.
 */
export interface Scratch {
  readonly arena: Arena
  /** Address of `size` fresh bytes, aligned to 8. Throws `ArenaFull` when the arena has no room. */
  take(size: number): number
  u8(count: number): Uint8Array
  u32(count: number): Uint32Array
  f64(count: number): Float64Array
  /** UTF-8 bytes of `text`, written once per distinct text where the caller caches; returns its address. */
  write(text: string): { readonly start: number; readonly end: number }
  release(): void
}

export class ArenaFull extends Error {
  override readonly name = 'ArenaFull'
  readonly code = 'arena_full'
}

const region = 1 << 18

export const createScratch = (arena: Arena): Scratch => {
  const leases: Lease[] = []
  let at = 0
  let end = 0
  const take = (size: number): number => {
    const aligned = (size + 7) & ~7
    if (at + aligned > end) {
      const lease = arena.lease(Math.max(aligned, region))
      if (lease === undefined)
        throw new ArenaFull(`no room for ${aligned} bytes: ${arena.inUse} of ${arena.size} in use`)
      leases.push(lease)
      at = lease.start
      end = lease.end
    }
    const start = at
    at += aligned
    return start
  }
  return {
    arena,
    take,
    u8: (count) => new Uint8Array(arena.buffer, take(count), count),
    u32: (count) => new Uint32Array(arena.buffer, take(count * 4), count),
    f64: (count) => new Float64Array(arena.buffer, take(count * 8), count),
    write(text) {
      const most = text.length * 3
      const start = take(most)
      const written = arena.node.write(text, start, most, 'utf8')
      return { start, end: start + written }
    },
    release() {
      for (const lease of leases.splice(0)) lease.release()
      at = 0
      end = 0
    },
  }
}
