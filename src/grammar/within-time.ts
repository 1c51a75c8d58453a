import { Script } from 'node:vm'

/** Milliseconds. */
const patience = 5000

const hook = Symbol.for('tailrace.within-time')
const globals = globalThis as unknown as Record<symbol, (() => void) | undefined>
let script: Script | undefined

/** Whether work is done; else it took longer than it may, or an expression ran out of room. */
export type Ended = 'done' | 'late' | 'no room'

/**
 * Runs `work`, and stops it when it takes longer than `most` milliseconds: a regular expression or an endless loop too, which
 * nothing else stops. What waits for the system is not stopped. It costs a thread, milliseconds on a busy machine, so it is
 * for many records at once.
 */
export const withinTime = (most: number, work: () => void): Ended => {
  script ??= new Script(`globalThis[Symbol.for(${JSON.stringify(hook.description)})]()`)
  globals[hook] = work
  try {
    script.runInThisContext({ timeout: Math.ceil(most) })
    return 'done'
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late'
    // V8 throws a RangeError where an expression has more places to go back to than it has room for, 64 MiB.
    if (error instanceof RangeError) return 'no room'
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

/** Records that are done in one go, and the milliseconds they may take together before one of them is looked at by itself. */
const runRows = 4096
const runTime = 50
/** A record is given up by the clock alone after so many milliseconds of the last try. */
const longest = 4000
/** Share of a time that has to be the processor's own: a little goes to what stops it. */
const own = 0.9

/** Milliseconds of processor time that this thread has taken. */
const threadTime = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export interface EachWithinTime {
  readonly count: number
  /** Milliseconds of processor time that a record may take by itself. */
  most(record: number): number
  work(record: number): void
  /** Told instead of `work` of a record that took longer. */
  late(record: number): void
  /** Told of a record whose work was stopped: it is done once more, by itself. */
  undo?(record: number): void
  readonly within?: typeof withinTime
  readonly spent?: () => number
}

/**
 * Does `work` for each record, 0 to `count`; one that takes too long is given to `late`. What the machine does meanwhile is
 * not the record's time: one that the clock stopped before the processor worked so long for it gets twice as long.
 */
export const eachWithinTime = ({
  count,
  most,
  work,
  late,
  undo = () => {},
  within = withinTime,
  spent = threadTime,
}: EachWithinTime): void => {
  let record = 0
  const run = (time: number, to: number): Ended => {
    const ended = within(time, () => {
      for (; record < to; record++) work(record)
    })
    // It may be stopped when all is done.
    return record >= to ? 'done' : ended
  }
  const isDoneAlone = (): boolean => {
    const allowed = most(record)
    for (let time = allowed; ; time *= 2) {
      const before = spent()
      const ended = run(time, record + 1)
      if (ended === 'done') return true
      undo(record)
      if (ended === 'no room' || time >= longest || spent() - before >= allowed * own) return false
    }
  }
  while (record < count) {
    if (run(runTime, Math.min(count, record + runRows)) === 'done') continue
    // The one it stopped in may only have been the last straw.
    undo(record)
    if (isDoneAlone()) continue
    late(record)
    record++
  }
}
