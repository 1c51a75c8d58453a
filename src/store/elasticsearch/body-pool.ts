import type { Arena, Lease } from '../../memory/arena.ts'
import { pause } from '../retry.ts'
import { type Body, clear, emptyBody } from './body.ts'

/**
 * Request bodies, kept leased: once there is one, a full arena cannot stop the deliveries that would empty it.
 * A body belongs to one delivery until every item in it has its outcome.
 */
export interface BodyPool {
  take(arena: Arena, signal: AbortSignal): Promise<Body>
  /**
   * One for a document larger than the pool's bodies; released with `drop`. Undefined: larger than a quarter of the
   * arena, which may never be free at once.
   */
  takeLarge(arena: Arena, size: number, signal: AbortSignal): Promise<Body | undefined>
  give(body: Body): void
  drop(body: Body): void
  close(): void
}

const smallest = 64 * 1024

interface Shelf {
  readonly idle: Body[]
  made: number
}

export const createBodyPool = (bodyBytes: number, most: number): BodyPool => {
  const shelves = new Map<Arena, Shelf>()
  let closed = false

  const shelfOf = (arena: Arena): Shelf => {
    let shelf = shelves.get(arena)
    if (shelf === undefined) {
      shelf = { idle: [], made: 0 }
      shelves.set(arena, shelf)
    }
    return shelf
  }
  /** A smaller one is better than none where the arena is nearly full and nothing else would ever empty it. */
  const leaseFor = (arena: Arena, first: boolean): Lease | undefined => {
    for (let size = bodyBytes; size >= smallest; size /= 2) {
      const lease = arena.lease(size)
      if (lease !== undefined || !first) return lease
    }
    return undefined
  }

  return {
    async take(arena, signal) {
      const shelf = shelfOf(arena)
      for (;;) {
        const idle = shelf.idle.pop()
        if (idle !== undefined) return idle
        if (shelf.made < most) {
          const lease = leaseFor(arena, shelf.made === 0)
          if (lease !== undefined) {
            shelf.made++
            return emptyBody(arena, lease)
          }
        }
        await pause(5, signal)
      }
    },
    async takeLarge(arena, size, signal) {
      for (;;) {
        const lease = arena.lease(size)
        if (lease !== undefined) return emptyBody(arena, lease)
        if (size > arena.size / 4) return undefined
        await pause(20, signal)
      }
    },
    give(body) {
      clear(body)
      if (closed) body.lease.release()
      else shelfOf(body.arena).idle.push(body)
    },
    drop(body) {
      body.lease.release()
    },
    close() {
      closed = true
      for (const { idle } of shelves.values()) for (const { lease } of idle.splice(0)) lease.release()
    },
  }
}
