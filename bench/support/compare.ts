import type { Figure, Goal, Row, Sample, Subject } from './benchmark.ts'

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
const medianOf = (samples: readonly Sample[], of: (sample: Sample) => number | undefined): number | undefined => {
  const values = samples.map(of).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : median(values)
}

const mib = 1 << 20
const measures: Readonly<
  Record<Exclude<Figure, 'ratio' | 'ofGoal' | 'failing'>, (sample: Sample) => number | undefined>
> = {
  linesPerCpuSecond: ({ lines, cpuSeconds }) =>
    lines === undefined || cpuSeconds === undefined ? undefined : lines / cpuSeconds,
  mibPerCpuSecond: ({ bytes, cpuSeconds }) =>
    bytes === undefined || cpuSeconds === undefined ? undefined : bytes / mib / cpuSeconds,
  cpuSeconds: ({ cpuSeconds }) => cpuSeconds,
  seconds: ({ seconds }) => seconds,
  percent: ({ percent }) => percent,
  peakMb: ({ peakBytes }) => (peakBytes === undefined ? undefined : peakBytes / 1e6),
}

const reached = ({ figure, atLeast, atMost }: Goal, row: Partial<Record<Figure, number>>): boolean => {
  const value = row[figure]
  return value !== undefined && (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
}

export interface Comparison {
  readonly rounds: number
  /** A first round that does not count, default yes. */
  readonly warm?: boolean
  /** The first subject is the baseline of the others, default yes. */
  readonly baseline?: boolean
}

/** Measures every subject in turn, round after round, so that what else the machine does meets them alike. */
export const compare = async (
  subjects: readonly Subject[],
  { rounds, warm = true, baseline: first = true }: Comparison,
): Promise<readonly Row[]> => {
  const samples = subjects.map((): Sample[] => [])
  for (let round = warm ? 0 : 1; round <= rounds; round++) {
    for (const [i, { measure }] of subjects.entries()) {
      const sample = await measure()
      if (round > 0) samples[i]!.push(sample)
    }
  }
  const costOf = (i: number): number | undefined =>
    medianOf(samples[i]!, ({ lines, cpuSeconds }) =>
      lines === undefined || cpuSeconds === undefined ? undefined : cpuSeconds / lines,
    )
  return subjects.map(({ name, goals = [] }, i) => {
    const row: Partial<Record<Figure, number>> = {}
    for (const [figure, of] of Object.entries(measures)) {
      const value = medianOf(samples[i]!, of)
      if (value !== undefined) row[figure as Figure] = value
    }
    const [baseline, own] = [costOf(0), costOf(i)]
    if (first && i > 0 && baseline !== undefined && own !== undefined) row.ratio = baseline / own
    return { subject: name, rounds, ...row, goals: goals.map((goal) => ({ ...goal, reached: reached(goal, row) })) }
  })
}
