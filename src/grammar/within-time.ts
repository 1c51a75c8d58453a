import { Script } from 'node:vm'
import type { Failure } from '../event/failure.ts'

/** Milliseconds. */
const patience = 5000

const hook = Symbol.for('tailrace.within-time')
const globals = globalThis as unknown as Record<symbol, (() => void) | undefined>
let script: Script | undefined

/**
 * Runs `work`, and stops it when it takes longer than `most` milliseconds: a regular expression too, which nothing else
 * stops. False: it was stopped, wherever it was, or an expression ran out of room. It costs a thread, milliseconds on a
 * busy machine, so it is for many records at once.
 */
export const withinTime = (most: number, work: () => void): boolean => {
  script ??= new Script(`globalThis[Symbol.for(${JSON.stringify(hook.description)})]()`)
  globals[hook] = work
  try {
    script.runInThisContext({ timeout: most })
    return true
  } catch (error) {
    // V8 throws a RangeError where an expression has more places to go back to than it has room for, 64 MiB.
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || error instanceof RangeError)
      return false
    throw error
  } finally {
    globals[hook] = undefined
  }
}

/** What `work` gives, if it takes no longer than a person waits. */
export const soon = <T>(work: () => T): T | undefined => {
  let made: T | undefined
  withinTime(patience, () => {
    made = work()
  })
  return made
}

/** Records that are done in one go, and the milliseconds they may take together at first. */
const runRows = 4096
const runTime = 200
/** Milliseconds that one record may take by itself. */
const recordTime = 500

/** What is said of one that took longer. */
export const tooLong: Failure = {
  stage: 'parse',
  code: 'pattern_timeout',
  expected: `an answer within ${recordTime} ms and 64 MiB of backtracking`,
}

/**
 * Does `work` for each record, 0 to `count`; one that takes too long is given to `late` instead. `undo` is told of a
 * record whose work was stopped.
 */
export const eachWithinTime = (
  count: number,
  work: (record: number) => void,
  late: (record: number) => void,
  undo: (record: number) => void = () => {},
  within: typeof withinTime = withinTime,
): void => {
  let record = 0
  // It may be stopped when all is done.
  const run = (most: number, to: number): boolean =>
    within(most, () => {
      for (; record < to; record++) work(record)
    }) || record >= to
  while (record < count) {
    if (run(runTime, Math.min(count, record + runRows))) continue
    // The one it stopped in may only have been the last straw: once more, by itself.
    undo(record)
    if (run(recordTime, record + 1)) continue
    undo(record)
    late(record)
    record++
  }
}
