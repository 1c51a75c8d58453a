/**
 * What is usual, by the median and the median absolute deviation: neither is moved by a few odd values, so an incident
 * in the history does not become the new normal (Hampel's identifier). 1.4826 makes the MAD of normally distributed
 * values equal to their standard deviation.
 */
export interface Baseline {
  readonly median: number
  /** 1.4826 × MAD, never below the floor. */
  readonly spread: number
  /** Number of values it rests on. */
  readonly size: number
}

/** What the figure is: counts scatter by at least the root of what is usual (Poisson), others by a twentieth of it. */
export type FigureKind = 'count' | 'other'

const medianOf = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** `values` is not empty. */
export const baselineOf = (values: readonly number[], kind: FigureKind): Baseline => {
  const median = medianOf(values)
  const mad = medianOf(values.map((value) => Math.abs(value - median)))
  const floor = kind === 'count' ? Math.max(1, Math.sqrt(Math.abs(median))) : Math.max(1e-9, Math.abs(median) / 20)
  return { median, spread: Math.max(1.4826 * mad, floor), size: values.length }
}

export interface Tolerance {
  readonly direction: 'up' | 'down' | 'both'
  /** Spreads from the median that are still usual. */
  readonly sensitivity: number
  /** Differences below this never count. */
  readonly atLeast: number
}

export interface Deviation {
  /** Spreads above the median; below: negative. */
  readonly score: number
  /** The limit on the side the value lies on (with `up` or `down`, on that side). */
  readonly limit: number
  readonly beyond: boolean
}

export const deviationOf = (value: number, baseline: Baseline, tolerance: Tolerance): Deviation => {
  const difference = value - baseline.median
  const allowed = Math.max(tolerance.sensitivity * baseline.spread, tolerance.atLeast)
  const up = tolerance.direction === 'up' || (tolerance.direction === 'both' && difference >= 0)
  return {
    score: difference / baseline.spread,
    limit: baseline.median + (up ? allowed : -allowed),
    beyond: up ? difference >= allowed : -difference >= allowed,
  }
}
