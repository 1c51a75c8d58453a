import { type Batch, outcome } from '../event/batch.ts'
import type { Ahead } from '../event/block.ts'
import {
  dayCounts,
  type EventDays,
  hourOf,
  type LedgerDelta,
  type LostSpan,
  type ProgressRecord,
  unknownDay,
} from '../store/ledger.ts'
import { countDays } from './stored-days.ts'
import { coveredBy, earlier, nothing, oldestTime, outcomesOf, tally } from './tally.ts'

interface Stretch {
  readonly from: number
  readonly to: number
  /** Batches of it that have no outcome yet. */
  left: number
  /** A batch each; none of what the reader passed over: `covered` says what that is. */
  readonly deltas: LedgerDelta[]
  readonly hour: number
  readonly records: number
  /** Event time of its oldest live row when it set out. */
  readonly waitingFrom: number
  /** Dataset → event time of its oldest stored row. */
  readonly earliest: Map<string, number>
  /** What of it was stored, by dataset and day. */
  readonly days: EventDays
  /** Bytes of it that nothing that was told accounts for; records with an outcome are taken off as they end. */
  adrift: number
}

interface Line {
  readonly key: string
  readonly stretches: Stretch[]
  checkpoint: number
  /** Up to where its bytes were told of; undefined: nothing was, of one that begins here. */
  reached: number | undefined
  /** Offset → hour of finding: records found in the store after a crash, which are not yet in the ledger. */
  readonly covered: Map<number, number>
  source: string
  path: string
}

/**
 * What is under way in each generation. A generation's checkpoint is the lowest byte that is not yet stored,
 * filtered or dead-lettered; blocks may end out of order, and the ledger takes a block only when the checkpoint
 * passes it, so that the two can never disagree after a crash.
 */
export interface Progress {
  /**
   * The batches of a stretch of a file are on their way: of one block, or of those that streams sharing the file make. The
   * stretches of a generation are announced in the order they were read.
   */
  begin(batches: readonly Batch[]): void
  /** Every row of the batch has its outcome. */
  end(batch: Batch): void
  /** Records the store already held when the generation was resumed, told at `at`. */
  alreadyStored(
    key: string,
    source: string,
    path: string,
    spans: readonly { readonly from: number }[],
    at: number,
  ): void
  /**
   * The reader passed over such records, up to `to`. Announced in the order of reading, as blocks are. `held`: bytes of
   * them, behind those ahead; undefined: not known.
   */
  skipped(key: string, to: number, at: number, ahead?: Ahead, held?: number): void
  /** Bytes that can never be read any more. */
  lost(spans: readonly LostSpan[]): void
  /** Bytes stated lost that a file was found for. */
  regained(spans: readonly LostSpan[]): void
  /** Its checkpoint was set back, or it is forgotten (undefined), durably; nothing of it is under way. */
  reset(key: string, checkpoint: number | undefined): void
  /** Records that a client sent again: read and known for duplicates at once. */
  repeated(source: string, path: string, count: number, at: number): void
  /** Records that a source left out on purpose: read and filtered at once. */
  leftOut(source: string, path: string, count: number, at: number): void
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

/**
 * `resume`: where each generation was committed to. `rewound`: those read again, and how far: records of theirs that the
 * store holds before that were counted when they were first stored.
 */
export const createProgress = (
  resume: ReadonlyMap<string, number>,
  rewound: ReadonlyMap<string, number> = new Map(),
): Progress => {
  const lines = new Map<string, Line>()
  /** Those of which something is under way; of thousands of files few are. */
  const busy = new Set<Line>()
  const stretchOf = new Map<Batch, Stretch>()
  let statements: LedgerDelta[] = []
  let lost: LostSpan[] = []
  let regained: LostSpan[] = []
  let underWay = 0

  const lineOf = (key: string, source: string, path: string): Line => {
    let line = lines.get(key)
    if (line === undefined) {
      const checkpoint = resume.get(key)
      const covered = new Map<number, number>()
      line = { key, stretches: [], checkpoint: checkpoint ?? 0, reached: checkpoint, covered, source, path }
      lines.set(key, line)
    }
    return line
  }

  /**
   * How many bytes up to `to` are neither separators nor left over for the records: the framer's count against where it
   * began and ended. What it jumped over in between has no account at all; what it reads again has one.
   */
  const leftOf = (line: Line, to: number, ahead: Ahead | undefined): number => {
    const { begin, between } = ahead ?? { begin: to, between: undefined }
    const jumped = ahead === undefined ? 0 : Math.max(0, begin - (line.reached ?? begin))
    line.reached = to
    return jumped + (between === undefined ? 0 : to - begin - between)
  }

  /** Records found in the store, by hour of finding, that the checkpoint has passed. */
  const passCovered = (line: Line): LedgerDelta[] => {
    const { key, source, path, covered, checkpoint } = line
    const passed = new Map<number, { readonly stored: number; readonly duplicate: number }>()
    for (const [from, hour] of covered) {
      if (from >= checkpoint) continue
      covered.delete(from)
      const { stored, duplicate } = passed.get(hour) ?? { stored: 0, duplicate: 0 }
      const again = Number(from < (rewound.get(key) ?? 0))
      passed.set(hour, { stored: stored + 1 - again, duplicate: duplicate + again })
    }
    return [...passed].map(([hour, counts]) => ({
      ...nothing,
      source,
      path,
      hour,
      read: counts.stored + counts.duplicate,
      ...counts,
    }))
  }

  return {
    begin(batches) {
      const { origin, readAt } = batches[0]!.block
      const line = lineOf(origin.key, origin.source, origin.path)
      let low = Number.POSITIVE_INFINITY
      let high = 0
      let records = 0
      let waitingFrom = Number.NaN
      for (const batch of batches) {
        const { from, to, count } = batch.block
        for (let i = 0; i < count; i++) {
          if (from[i]! < low) low = from[i]!
          if (to[i]! > high) high = to[i]!
        }
        records += count
        waitingFrom = earlier(waitingFrom, oldestTime(batch, outcome.live))
      }
      const stretch: Stretch = {
        from: low,
        to: high,
        left: batches.length,
        deltas: [],
        hour: hourOf(readAt),
        records,
        waitingFrom,
        earliest: new Map(),
        days: new Map(),
        adrift: leftOf(line, high, batches[0]!.block.ahead),
      }
      line.stretches.push(stretch)
      for (const batch of batches) stretchOf.set(batch, stretch)
      underWay += batches.length
      busy.add(line)
    },
    end(batch) {
      const stretch = stretchOf.get(batch)
      if (stretch === undefined) throw new Error('a batch ended that never began')
      stretchOf.delete(batch)
      stretch.left--
      const delta = tally(batch)
      stretch.deltas.push(delta)
      if (batch.block.ahead?.between !== undefined) stretch.adrift -= coveredBy(batch, delta.read - outcomesOf(delta))
      const { dataset } = batch
      stretch.earliest.set(
        dataset,
        earlier(stretch.earliest.get(dataset) ?? Number.NaN, oldestTime(batch, outcome.stored)),
      )
      countDays(batch, outcome.stored, stretch.days)
      underWay--
    },
    alreadyStored(key, source, path, spans, at) {
      const line = lineOf(key, source, path)
      // Asked again of what is not read yet, the store says the same again.
      for (const { from } of spans)
        if (from >= line.checkpoint && !line.covered.has(from)) line.covered.set(from, hourOf(at))
      if (line.covered.size > 0) busy.add(line)
    },
    skipped(key, to, at, ahead, held) {
      const line = lines.get(key)
      const passed = { from: to, to, left: 0, deltas: [], hour: hourOf(at), records: 0 }
      if (line === undefined) return
      const adrift = leftOf(line, to, ahead) - (held ?? 0)
      line.stretches.push({ ...passed, waitingFrom: Number.NaN, earliest: new Map(), days: new Map(), adrift })
      busy.add(line)
    },
    lost(spans) {
      lost.push(...spans)
      for (const { source, path, at, from, to } of spans)
        statements.push({ ...nothing, source, path, hour: hourOf(at), lost: to - from })
    },
    regained(spans) {
      regained.push(...spans)
      for (const { source, path, at, from, to } of spans)
        statements.push({ ...nothing, source, path, hour: hourOf(at), lost: from - to })
    },
    reset(key, checkpoint) {
      const line = lines.get(key)
      if (checkpoint === undefined) lines.delete(key)
      else if (line !== undefined) line.checkpoint = line.reached = checkpoint
      if (line !== undefined) busy.delete(line)
    },
    repeated(source, path, count, at) {
      statements.push({ ...nothing, source, path, hour: hourOf(at), read: count, duplicate: count })
    },
    leftOut(source, path, count, at) {
      statements.push({ ...nothing, source, path, hour: hourOf(at), read: count, filtered: count })
    },
    seal() {
      const checkpoints: Record<string, number> = {}
      const ledger = statements
      const earliest: Record<string, number> = {}
      const spans = { ...(lost.length === 0 ? {} : { lost }), ...(regained.length === 0 ? {} : { regained }) }
      const days: EventDays = new Map()
      const count = (dataset: string, day: number, more: number): void => {
        const of = days.get(dataset) ?? new Map<number, number>()
        days.set(dataset, of.set(day, (of.get(day) ?? 0) + more))
      }
      statements = []
      lost = []
      regained = []
      for (const line of busy) {
        const before = line.checkpoint
        let passed = 0
        while (passed < line.stretches.length && line.stretches[passed]!.left === 0) passed++
        if (passed === 0) continue
        const done = line.stretches.splice(0, passed)
        const reached = done.reduce((most, { to }) => Math.max(most, to), before)
        const held = line.stretches.reduce((least, { from }) => Math.min(least, from), reached)
        line.checkpoint = Math.max(before, held)
        for (const [dataset, first] of done.flatMap((stretch) => [...stretch.earliest]))
          if (!Number.isNaN(first)) earliest[dataset] = Math.min(earliest[dataset] ?? first, first)
        for (const stretch of done)
          for (const [dataset, of] of stretch.days) for (const [day, more] of of) count(dataset, day, more)
        const { source, path } = line
        const found = passCovered(line)
        // Nobody knows of what day, nor of which dataset, it is.
        for (const { stored } of found) if (stored > 0) count('', unknownDay, stored)
        const deltas = [...done.flatMap((stretch) => stretch.deltas), ...found]
        const [head = { ...nothing, source, path, hour: done[0]!.hour }, ...rest] = deltas
        const adrift = done.reduce((sum, stretch) => sum + Math.abs(stretch.adrift), 0)
        ledger.push({ ...head, bytes: line.checkpoint - before, ...(adrift === 0 ? {} : { adrift }) }, ...rest)
        checkpoints[line.key] = line.checkpoint
        if (line.stretches.length === 0 && line.covered.size === 0) busy.delete(line)
      }
      if (Object.keys(checkpoints).length === 0 && ledger.length === 0) return undefined
      return { checkpoints, ledger, earliest, ...spans, ...(days.size === 0 ? {} : { days: dayCounts(days) }) }
    },
    get idle() {
      return underWay === 0
    },
    oldestUnderWay(source) {
      let first: number | undefined
      for (const line of busy) {
        if (line.source !== source) continue
        for (const { waitingFrom } of line.stretches) {
          if (!Number.isNaN(waitingFrom)) first = Math.min(first ?? waitingFrom, waitingFrom)
        }
      }
      return first
    },
    inFlight() {
      const all: { source: string; path: string; hour: number; records: number }[] = []
      for (const line of busy) {
        const { source, path, stretches, covered } = line
        for (const { hour, records } of stretches) if (records > 0) all.push({ source, path, hour, records })
        const found = Map.groupBy(covered.values(), (hour) => hour)
        for (const [hour, { length: records }] of found) all.push({ source, path, hour, records })
      }
      return all
    },
  }
}
