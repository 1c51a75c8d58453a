import { outcome, release } from '../../src/event/batch.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import type { Arena } from '../../src/memory/arena.ts'
import type { Row, Sample } from './benchmark.ts'
import { compare } from './compare.ts'
import { newline, pieceBytes, pieceReader } from './read-pieces.ts'

/** A log is what it is made of over and over, this long at least. */
const logBytes = 8 << 20

/** A log of these lines over and over. */
export const repeated = (once: Buffer): Buffer => {
  const whole = Buffer.alloc(once.length * Math.ceil(logBytes / once.length))
  whole.fill(once)
  return whole
}

/** How many records a log has. */
const readLog = (arena: Arena, grammar: Grammar, log: Buffer, take?: (text: string, good: boolean) => void): number => {
  let count = 0
  for (const batch of pieceReader(arena, grammar)(log)) {
    const { start, end } = batch.block
    count += batch.count
    if (take !== undefined)
      for (let row = 0; row < batch.count; row++)
        take(arena.node.toString('utf8', start[row], end[row]), batch.outcome[row] === outcome.live)
    release(batch)
  }
  return count
}

/** Records of one line, and as many that are not read: what a torn write, or a line of something else in between, leaves of them. */
const damaged = (arena: Arena, grammar: Grammar, log: Buffer): readonly [whole: Buffer, broken: Buffer] | undefined => {
  const whole = new Set<string>()
  readLog(arena, grammar, log.subarray(0, log.indexOf(newline, pieceBytes >> 1) + 1), (text, good) => {
    if (good && !text.includes('\n') && whole.size < 500) whole.add(text)
  })
  /** Whether it is no part of the record before it. */
  const isAlone = (text: string, broken: string): boolean => {
    if (!grammar.framing.joins) return true
    const reader = grammar.framing.begin()
    return [text, broken].map((one) => Buffer.from(one)).every((one) => reader.starts(one, 0, one.length) === true)
  }
  const pairs = [...whole].flatMap((text) =>
    [0.9, 0.7, 0.5, 0.3]
      .map((part) => Math.ceil(text.length * part))
      .flatMap((at) => [text.slice(0, at), `${text.slice(0, at)}\u0001${text.slice(at)}`])
      .filter((broken) => broken.trim() !== '' && grammar.explain(broken) !== undefined && isAlone(text, broken))
      .map((broken) => [text, broken] as const),
  )
  if (pairs.length === 0) return undefined
  const logOfAll = (texts: readonly string[]): Buffer => repeated(Buffer.from(`${texts.join('\n')}\n`))
  return [logOfAll(pairs.map(([text]) => text)), logOfAll(pairs.map(([, broken]) => broken))]
}

export const goalRecords = 500_000
export const goalMib = 100
const mostTimes = 3

/** Short logs are read again and again, so that what is done once at the start does not count. */
const least = 200_000

const measured = (arena: Arena, grammar: Grammar, log: Buffer) => async (): Promise<Sample> => {
  const begun = performance.now()
  const before = process.cpuUsage()
  let lines = 0
  let bytes = 0
  for (;;) {
    lines += readLog(arena, grammar, log)
    bytes += log.length
    const { user, system } = process.cpuUsage(before)
    if (user + system >= least)
      return { lines, bytes, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - begun) / 1000 }
  }
}

/**
 * What a grammar reads of a log in a second, against a goal of records or MiB, whichever is less; and what a record costs that
 * it does not read, over the same one whole.
 */
export const speedOf = async (arena: Arena, grammar: Grammar, log: Buffer, rounds: number): Promise<readonly Row[]> => {
  const pair = damaged(arena, grammar, log)
  const subject = (name: string, of: Buffer) => ({
    name: `${grammar.name}${name}`,
    measure: measured(arena, grammar, of),
  })
  const [good, whole, broken] = await compare(
    [subject('', log), ...(pair === undefined ? [] : [subject(', whole', pair[0]), subject(', damaged', pair[1])])],
    { rounds, baseline: false },
  )
  const { linesPerCpuSecond = 0, mibPerCpuSecond = 0 } = good!
  const ofGoal = Math.max(linesPerCpuSecond / goalRecords, mibPerCpuSecond / goalMib)
  const rows: Row[] = [{ ...good!, ofGoal, goals: [{ figure: 'ofGoal', atLeast: 1, reached: ofGoal >= 1 }] }]
  if (whole !== undefined && broken !== undefined) {
    const failing = (whole.linesPerCpuSecond ?? 0) / (broken.linesPerCpuSecond ?? 0)
    rows.push({ ...broken, failing, goals: [{ figure: 'failing', atMost: mostTimes, reached: failing <= mostTimes }] })
  }
  return rows
}
