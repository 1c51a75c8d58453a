import type { Failure } from '../event/failure.ts'

/** Milliseconds of processor time that patterns may take for a record, and further ones for each KiB of it. */
const recordTime = 100
const kibTime = 0.5

/** Milliseconds that patterns may take for a record of so many bytes: a slow machine reads 2 MB in a second at least. */
export const patternTime = (bytes: number): number => recordTime + (bytes / 1024) * kibTime

/** What is said of a record that took longer. */
export const tooLong: Failure = {
  stage: 'parse',
  code: 'pattern_timeout',
  expected: `an answer within ${recordTime} ms of the processor's time (and ${kibTime * 1000} more for each MB) and 64 MiB of backtracking`,
}
