import type { Progress } from '../pipeline/progress.ts'
import type { OpenSource } from '../source/source.ts'
import type { SourceRow } from './context.ts'

/** A followed source of the running service. */
export interface Followed {
  readonly name: string
  readonly source: Pick<OpenSource, 'caughtUp' | 'files'>
  /** Datasets it can yield. */
  readonly datasets: ReadonlySet<string>
}

/** Knows how far each source is: for `sources`, for metrics, and for rules that wait until everything was read. */
export interface Positions {
  rows(): readonly SourceRow[]
  /**
   * Milliseconds since 1970 before which everything that these datasets' sources wrote is accounted for; never
   * backwards, never beyond now. `Infinity` would be a lie where no source can yield them: then it is now.
   */
  position(datasets: readonly string[]): number | undefined
}

/** A file's size when it was looked at. */
interface Seen {
  readonly at: number
  readonly size: number
}
const mostSeen = 60

/**
 * When the oldest byte behind `offset` was first seen. A file that is written to without a pause is never read to its
 * very end, and yet is not behind: only what stays unread ages.
 */
const note = (marks: readonly Seen[], now: Seen, offset: number): Seen[] => {
  const left = marks.filter(({ size }) => size > offset && size <= now.size)
  if (now.size > offset && now.size > (left.at(-1)?.size ?? 0)) left.push(now)
  return left.length > mostSeen ? left.filter((_, i) => i % 2 === 0) : left
}

export const createPositions = (
  followed: readonly Followed[],
  checkpoints: ReadonlyMap<string, number>,
  progress: Progress,
  clock: () => number,
): Positions => {
  const reached = new Map<string, number>()
  const seen = new Map<string, Seen[]>()

  const positionOf = ({ name, source }: Followed): number | undefined => {
    const now = clock()
    const waiting = progress.oldestUnderWay(name)
    const before = reached.get(name)
    const current = waiting ?? source.caughtUp
    if (current === undefined) return before
    const next = Math.max(before ?? Number.NEGATIVE_INFINITY, Math.min(current, now))
    reached.set(name, next)
    return next
  }

  return {
    rows() {
      const now = clock()
      return followed.flatMap(({ name, source }) =>
        source.files().map(({ id, path, offset: read, size, state }) => {
          const offset = checkpoints.get(id) ?? 0
          // Its bytes are read elsewhere.
          const lag = state === 'held_copy' ? 0 : Math.max(0, size - offset)
          const marks = lag === 0 ? [] : note(seen.get(path) ?? [], { at: now, size }, offset)
          if (marks.length === 0) seen.delete(path)
          else seen.set(path, marks)
          const since = marks[0]?.at
          return {
            id,
            path,
            offset,
            size,
            lag_bytes: lag,
            lag_seconds: since === undefined ? 0 : Math.round((now - since) / 100) / 10,
            state,
            source: name,
            read,
          }
        }),
      )
    },
    position(datasets) {
      const asked = followed.filter((one) => datasets.some((dataset) => one.datasets.has(dataset)))
      if (asked.length === 0) return clock()
      let least = Number.POSITIVE_INFINITY
      for (const one of asked) {
        const at = positionOf(one)
        if (at === undefined) return undefined
        least = Math.min(least, at)
      }
      return least
    },
  }
}
