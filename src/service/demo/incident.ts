/** When the demo's payment upstream fails. Times are milliseconds since 1970. */
export interface Incidents {
  /** 0: all is well; up to 1: nothing gets through. It builds up and ebbs away within some seconds. */
  strength(at: number): number
}

const minute = 60_000
const first = 6_000
const lasts = 3.5 * minute
const every = 45 * minute
const ramp = 8_000
/** The one that is over already when the shop is first seen. */
const before = { from: -41 * minute, to: -38.5 * minute } as const

/**
 * One in the history of the first start, one right after each start, and one every 45 minutes while it runs. `starts`
 * in ascending order, not empty.
 */
export const createIncidents = (starts: readonly number[]): Incidents => {
  const edge = (at: number, from: number, to: number): number =>
    at < from || at >= to ? 0 : Math.min(1, (at - from + 1000) / ramp, (to - at) / ramp)
  return {
    strength(at) {
      const start = starts.findLast((one) => one <= at)
      if (start === undefined) return edge(at, starts[0]! + before.from, starts[0]! + before.to)
      return edge((at - start) % every, first, first + lasts)
    },
  }
}
