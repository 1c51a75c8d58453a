import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes, both halves. By itself V8 would take four times as much, and at a start most of it. */
const most = 16 << 20

const grows = (factor: 1 | 2): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`)
const size = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? most

/** Keeps V8's space for new objects as it is: all that a start makes would have it grow to its limit. */
export const holdYoungSpace = (): void => grows(1)

/**
 * Lets it grow as far as it pays. Batches live in the arena, and what is made beside them is short-lived: more room
 * for that saves little time and costs as much memory. V8 looks at the factor each time it would grow.
 */
export const boundYoungSpace = (): void => {
  grows(2)
  const observer = new PerformanceObserver(() => {
    if (size() < most) return
    grows(1)
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}
