import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outcome, release } from '../event/batch.ts'
import { has } from '../event/column.ts'
import { isObject } from '../event/is-object.ts'
import { printable } from '../event/printable.ts'
import { type Arena, createArena } from '../memory/arena.ts'
import { changeOf } from '../pipeline/reload.ts'
import { createChoice } from './choose.ts'
import { compareLocks } from './compare-locks.ts'
import { lockOf } from './fields-lock.ts'
import { type ZonedPipeline, zonedPipelines } from './line.ts'
import type { Config } from './load.ts'
import { openOnce } from './read-input.ts'
import { type RecentLines, recentLines } from './recent-lines.ts'
import { sentence, type Told, tell } from './told.ts'

/** What a definition makes of the last lines. */
interface Read {
  readonly records: number
  readonly parsed: number
  /** Share of the bytes that are in records which parse, 0 to 1. Records may be cut otherwise than before. */
  readonly share: number
  /** In how many records each field is. */
  readonly fields: ReadonlyMap<string, number>
  /** The first record that failed, in a sentence. */
  readonly failure: string | undefined
}

/** A pipeline's new parsers tried on what its files hold, beside those in force. */
export interface DryRun {
  readonly pipeline: string
  readonly lines: number
  readonly before: Pick<Read, 'records' | 'parsed' | 'share'>
  readonly after: Pick<Read, 'records' | 'parsed' | 'share' | 'failure'>
  /** Fields that records had, and have no longer; had not, and have; `app.door: long is keyword now`. */
  readonly gone: readonly string[]
  readonly added: readonly string[]
  readonly retyped: readonly string[]
  /** Clearly fewer lines parse. */
  readonly worse: boolean
}

const dryRunLines = 1000
/** Address space: untouched pages cost nothing. */
const arenaBytes = 1 << 27
/** So much of the share may be lost: single odd lines among the last ones are no reason. */
const tolerance = 0.01

/** Without a word of the line: this stands in the log. */
const reasonOf = ({ failure: { found: _, ...failure }, ...told }: Told, name: string): string =>
  sentence({ ...told, failure }, name).replace(/^line \d+: /, '')

/** Parsers only: a transform may remember what went through it. */
const readWith = async (
  pipeline: ZonedPipeline,
  recent: readonly RecentLines[],
  directory: string,
  arena: Arena,
): Promise<Read> => {
  const fields = new Map<string, number>()
  let [records, parsed, bytes, good] = [0, 0, 0, 0]
  let failure: string | undefined
  for (const { path, head, text } of recent) {
    const choice = createChoice(pipeline.parsers, pipeline.source, true, () => undefined)
    const input = join(directory, 'lines')
    await writeFile(input, text)
    const { source, close } = await openOnce(
      { path: input, arena },
      (_, __, key) => choice.framing(path, head, key),
      () => undefined,
    )
    try {
      const signal = new AbortController().signal
      for (let block = await source.next(signal); block !== undefined; block = await source.next(signal)) {
        const reader = choice.readerOf(block)
        records += block.count
        for (let row = 0; row < block.count; row++) bytes += block.to[row]! - block.from[row]!
        if (block.failure !== undefined) {
          block.lease.release()
          continue
        }
        const batch = reader.read(block, { dataset: reader.name, timezone: pipeline.timezone, now: block.readAt })
        for (let row = 0; row < batch.count; row++) {
          if (batch.outcome[row] === outcome.dead) {
            failure ??= reasonOf(
              tell(batch, row, () => 0),
              reader.name,
            )
            continue
          }
          parsed++
          good += block.to[row]! - block.from[row]!
          for (const [name, column] of batch.columns)
            if (has(column, row)) fields.set(name, (fields.get(name) ?? 0) + 1)
        }
        release(batch)
      }
    } finally {
      await close()
    }
  }
  return { records, parsed, share: bytes === 0 ? 1 : good / bytes, fields, failure }
}

/** Files of a source that a dry run can read back: those it follows as they are. */
const readable = ({ source }: ZonedPipeline): boolean =>
  source.paths !== undefined && !(isObject(source.definition) && source.definition['encoding'] !== undefined)

/**
 * Reads the last lines of a source's files with the pipeline in force and with the new one. Undefined: nothing changes in
 * how they are read, or there is nothing to read. `directory` is the caller's to remove.
 */
const dryRun = async (
  before: ZonedPipeline,
  after: ZonedPipeline,
  paths: readonly string[],
  { directory, arena }: { readonly directory: string; readonly arena: () => Arena },
): Promise<DryRun | undefined> => {
  const isSame =
    changeOf(before, after) === 'nothing' ||
    (before.parsers.length === after.parsers.length && before.parsers.every((one, i) => one === after.parsers[i]))
  if (isSame || !readable(before) || !readable(after)) return undefined
  const files = await Promise.all(
    paths.map(async (path) => ({ path, changed: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 })),
  )
  const recent = await recentLines(files, dryRunLines)
  if (recent.length === 0) return undefined
  const was = await readWith(before, recent, directory, arena())
  const now = await readWith(after, recent, directory, arena())
  const { broken } = compareLocks(lockOf([before]), lockOf([after]))
  const { records, parsed, share, failure } = now
  return {
    pipeline: after.name,
    lines: recent.reduce((sum, { lines }) => sum + lines, 0),
    before: { records: was.records, parsed: was.parsed, share: was.share },
    after: { records, parsed, share, failure },
    gone: [...was.fields.keys()].filter((name) => !now.fields.has(name)).sort(),
    added: [...now.fields.keys()].filter((name) => !was.fields.has(name)).sort(),
    retyped: broken.flatMap(({ field, was: old, now: type }) =>
      field === undefined || type === undefined ? [] : [`${field}: ${old} is ${type} now`],
    ),
    worse: share < was.share - tolerance,
  }
}

/** Of every pipeline of `after` whose source was there before; `pathsOf`: the files of a source. */
export const dryRunAll = async (
  before: Config,
  after: Config,
  pathsOf: (source: string) => readonly string[],
): Promise<readonly DryRun[]> => {
  const old = new Map(zonedPipelines(before).map((one) => [one.source.name, one]))
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-dry-run-'))
  try {
    let arena: Arena | undefined
    const room = { directory, arena: () => (arena ??= createArena(arenaBytes)) }
    const runs: DryRun[] = []
    for (const pipeline of zonedPipelines(after)) {
      const was = old.get(pipeline.source.name)
      const run = was && (await dryRun(was, pipeline, pathsOf(pipeline.source.name), room))
      if (run !== undefined) runs.push(run)
    }
    return runs
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** `doors: of the last 1000 lines 998 of 1000 records parse (before: 1000 of 1000); gone: user.name; new: user.id`. */
export const tellDryRun = ({ pipeline, lines, before, after, gone, added, retyped }: DryRun): string => {
  const fields = [
    ...(gone.length === 0 ? [] : [`gone: ${gone.join(', ')}`]),
    ...(added.length === 0 ? [] : [`new: ${added.join(', ')}`]),
    ...(retyped.length === 0 ? [] : [retyped.join(', ')]),
  ]
  const failed = after.failure === undefined ? '' : `; the first that does not: ${after.failure}`
  return printable(
    `${pipeline}: of the last ${lines} lines ${after.parsed} of ${after.records} records parse (before: ${before.parsed} of ${before.records})${failed}; ${fields.length === 0 ? 'they have the fields they had' : fields.join('; ')}`,
  )
}
