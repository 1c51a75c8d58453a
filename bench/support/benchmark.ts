/** What one benchmark file exports by default. */
export interface Benchmark {
  /** The name of its file. */
  readonly name: string
  /** What is measured, in a sentence. */
  readonly about: string
  run(settings: Settings): Promise<readonly Row[]>
}

export interface Settings {
  /** Lines of the log that is read. */
  readonly lines: number
  /** Times each subject is measured, after one time that does not count. */
  readonly rounds: number
  /** An empty folder, removed afterwards. */
  readonly folder: string
}

/** One measurement: what the work was and what it took. */
export interface Sample {
  readonly lines?: number
  readonly bytes?: number
  /** User and system time of the process, its threads included. */
  readonly cpuSeconds?: number
  readonly seconds: number
  /** Most resident memory at any time. */
  readonly peakBytes?: number
  /** Share of what is looked at in the time of all. */
  readonly percent?: number
}

export interface Goal {
  readonly figure: Figure
  readonly atLeast?: number
  readonly atMost?: number
}

export const figures = {
  linesPerCpuSecond: 'lines/CPU-s',
  mibPerCpuSecond: 'MiB/CPU-s',
  cpuSeconds: 'CPU s',
  seconds: 's',
  peakMb: 'peak MB',
  percent: '% of CPU',
  /** CPU time of the baseline over that of the subject, in lines of each. */
  ratio: '× baseline',
  /** Of a speed that is reached by records or by bytes, whichever needs less. */
  ofGoal: '× goal',
  /** CPU time of a record that is not read over that of one that is. */
  failing: '× a record read',
} as const
export type Figure = keyof typeof figures

/** One way of doing the job. */
export interface Subject {
  readonly name: string
  readonly goals?: readonly Goal[]
  /** Does the job once. */
  readonly measure: () => Promise<Sample>
}

/** What is reported of a subject: medians, and for each goal whether it was reached. */
export interface Row extends Partial<Readonly<Record<Figure, number>>> {
  readonly subject: string
  readonly rounds: number
  readonly goals: readonly (Goal & { readonly reached: boolean })[]
}
