import { type Batch, outcome } from '../event/batch.ts'
import { hourOf, type LedgerDelta, type ProgressRecord } from '../store/ledger.ts'

interface Stretch {
  readonly from: number
  readonly to: number
  done: boolean
  delta: LedgerDelta | undefined
  readonly dataset: string
  /** Event time of its oldest live row when it set out. */
  readonly waitingFrom: number
  /** Event time of its oldest stored row. */
  earliest: number
}

interface Line {
  readonly stretches: Stretch[]
  checkpoint: number
  /** Spans found in the store after a crash: stored, but not yet in the ledger. */
  covered: { readonly from: number; readonly to: number }[]
  source: string
  path: string
}

const tally = (batch: Batch): LedgerDelta => {
  const by = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < batch.count; i++) by[batch.outcome[i]!]!++
  const { origin, readAt, count } = batch.block
  return {
    source: origin.source,
    path: origin.path,
    hour: hourOf(readAt),
    read: count,
    stored: by[outcome.stored]!,
    duplicate: by[outcome.duplicate]!,
    filtered: by[outcome.filtered]!,
    deadLettered: by[outcome.dead]!,
    redirected: by[outcome.redirected]!,
    lost: 0,
    bytes: 0,
  }
}

/** Oldest event time among the rows with this outcome; NaN where there is none. */
const oldest = (batch: Batch, among: number): number => {
  const times = batch.columns.get('@timestamp')
  let earliest = Number.NaN
  if (times?.kind !== 'time') return earliest
  for (let i = 0; i < batch.count; i++) {
    if (batch.outcome[i] === among && !(times.ms[i]! >= earliest)) earliest = times.ms[i]!
  }
  return earliest
}

/**
 * What is under way in each generation. A generation's checkpoint is the lowest byte that is not yet stored,
 * filtered or dead-lettered; blocks may end out of order, and the ledger takes a block only when the checkpoint
 * passes it, so that the two can never disagree after a crash.
 */
export interface Progress {
  /** A block is on its way. Blocks of a generation are announced in the order they were read. */
  begin(batch: Batch): void
  /** Every row of the batch has its outcome. */
  end(batch: Batch): void
  /** Spans the store already held when the generation was resumed. */
  alreadyStored(
    key: string,
    source: string,
    path: string,
    spans: readonly { readonly from: number; readonly to: number }[],
  ): void
  /** Bytes that can never be read any more. */
  lost(key: string, source: string, path: string, from: number, to: number, at: number): void
  /** What can be committed now; undefined when nothing moved. Its caller makes it durable. */
  seal(): ProgressRecord | undefined
  /** Nothing is under way. */
  readonly idle: boolean
  /** Latest event time below which nothing of `source` is under way; undefined when nothing of it is. */
  oldestUnderWay(source: string): number | undefined
  /** Records under way, by source and path. */
  inFlight(): readonly {
    readonly source: string
    readonly path: string
    readonly hour: number
    readonly records: number
  }[]
}

export const createProgress = (resume: ReadonlyMap<string, number>): Progress => {
  const lines = new Map<string, Line>()
  const stretchOf = new Map<Batch, Stretch>()
  const hours = new Map<Stretch, { readonly hour: number; readonly records: number }>()
  let statements: LedgerDelta[] = []
  let underWay = 0

  const lineOf = (key: string, source: string, path: string): Line => {
    let line = lines.get(key)
    if (line === undefined) {
      line = { stretches: [], checkpoint: resume.get(key) ?? 0, covered: [], source, path }
      lines.set(key, line)
    }
    return line
  }

  const passCovered = (line: Line, upTo: number, deltas: LedgerDelta[], at: number): void => {
    const passed = line.covered.filter(({ from }) => from < upTo)
    if (passed.length === 0) return
    line.covered = line.covered.filter(({ from }) => from >= upTo)
    const empty = { duplicate: 0, filtered: 0, deadLettered: 0, redirected: 0, lost: 0, bytes: 0 }
    const { source, path } = line
    deltas.push({ source, path, hour: hourOf(at), read: passed.length, stored: passed.length, ...empty })
  }

  return {
    begin(batch) {
      const { origin, from, to, count, readAt } = batch.block
      const line = lineOf(origin.key, origin.source, origin.path)
      let low = Number.POSITIVE_INFINITY
      let high = 0
      for (let i = 0; i < count; i++) {
        if (from[i]! < low) low = from[i]!
        if (to[i]! > high) high = to[i]!
      }
      const stretch: Stretch = {
        from: low,
        to: high,
        done: false,
        delta: undefined,
        dataset: batch.dataset,
        waitingFrom: oldest(batch, outcome.live),
        earliest: Number.NaN,
      }
      line.stretches.push(stretch)
      stretchOf.set(batch, stretch)
      hours.set(stretch, { hour: hourOf(readAt), records: count })
      underWay++
    },
    end(batch) {
      const stretch = stretchOf.get(batch)
      if (stretch === undefined) throw new Error('a batch ended that never began')
      stretchOf.delete(batch)
      hours.delete(stretch)
      stretch.done = true
      stretch.delta = tally(batch)
      stretch.earliest = oldest(batch, outcome.stored)
      underWay--
    },
    alreadyStored(key, source, path, spans) {
      lineOf(key, source, path).covered.push(...spans)
    },
    lost(key, source, path, from, to, at) {
      const zero = { read: 0, stored: 0, duplicate: 0, filtered: 0, deadLettered: 0, redirected: 0, bytes: 0 }
      statements.push({ source, path, hour: hourOf(at), ...zero, lost: to - from })
      lineOf(key, source, path)
    },
    seal() {
      const checkpoints: Record<string, number> = {}
      const ledger = statements
      const earliest: Record<string, number> = {}
      statements = []
      for (const [key, line] of lines) {
        const before = line.checkpoint
        let passed = 0
        while (passed < line.stretches.length && line.stretches[passed]!.done) passed++
        if (passed === 0) continue
        const done = line.stretches.splice(0, passed)
        const reached = done.reduce((most, { to }) => Math.max(most, to), before)
        const held = line.stretches.reduce((least, { from }) => Math.min(least, from), reached)
        line.checkpoint = Math.max(before, held)
        const moved = line.checkpoint - before
        for (const [i, { delta, dataset, earliest: first }] of done.entries()) {
          ledger.push({ ...delta!, bytes: i === 0 ? moved : 0 })
          if (!Number.isNaN(first)) earliest[dataset] = Math.min(earliest[dataset] ?? first, first)
        }
        passCovered(line, line.checkpoint, ledger, done[0]!.delta!.hour)
        checkpoints[key] = line.checkpoint
      }
      if (Object.keys(checkpoints).length === 0 && ledger.length === 0) return undefined
      return { checkpoints, ledger, earliest }
    },
    get idle() {
      return underWay === 0
    },
    oldestUnderWay(source) {
      let first: number | undefined
      for (const line of lines.values()) {
        if (line.source !== source || line.stretches.length === 0) continue
        for (const { waitingFrom } of line.stretches) {
          if (!Number.isNaN(waitingFrom)) first = Math.min(first ?? waitingFrom, waitingFrom)
        }
      }
      return first
    },
    inFlight() {
      const all: { source: string; path: string; hour: number; records: number }[] = []
      for (const line of lines.values())
        for (const stretch of line.stretches) {
          const waiting = hours.get(stretch)
          if (waiting !== undefined) all.push({ source: line.source, path: line.path, ...waiting })
          else if (stretch.delta !== undefined)
            all.push({ source: line.source, path: line.path, hour: stretch.delta.hour, records: stretch.delta.read })
        }
      return all
    },
  }
}
