/** How a part of a set of logs that others wrote is read. */
export interface Score {
  readonly part: string
  readonly records: number
  readonly parsed: number
  /** Values that are told of those records, and how many came out the same; none where only reading is asked for. */
  readonly expected?: number
  readonly equal?: number
  /** Each thing that is not as expected, for the report. */
  readonly differences: readonly object[]
  /** What else there is to say, in a few words. */
  readonly note?: string
}

/** A kind of set: the file's name is that of the set's folder. */
export interface Corpus {
  readonly about: string
  /** Reads the folder; whatever it holds is a score, never an error. */
  scores(folder: string): AsyncIterable<Score>
}
