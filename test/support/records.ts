import { join } from 'node:path'
import { type Block, flagNames } from '../../src/event/block.ts'
import { byLine, type Framing } from '../../src/event/framing.ts'
import { type Arena, createArena } from '../../src/memory/arena.ts'
import { type GenerationStore, openGenerations } from '../../src/source/generation.ts'
import type { OpenSource, Source, SourceContext, SourceNotice } from '../../src/source/source.ts'
import { createSpools } from '../../src/source/spools.ts'

/** A record as a test reads it. */
export interface SeenRecord {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly flags: readonly string[]
  readonly key: string
  readonly path: string
}

/** Every byte since what was told last is a record's or a separator. */
const assertBytes = ({ count, from, to, ahead }: Block): void => {
  if (ahead === undefined) throw new Error('a block says nothing of the bytes before it')
  const { begin, between } = ahead
  if (between === undefined) return
  let covered = 0
  for (let i = 0; i < count; i++) covered += to[i]! - from[i]!
  if (begin + between + covered !== to[count - 1]!)
    throw new Error(`${begin} + ${between} of separators + ${covered} of records is not ${to[count - 1]}`)
}

/** Takes blocks until `enough` says so, the source ends, or `within` milliseconds passed; gives their memory back. */
export const collectRecords = async (
  source: OpenSource,
  enough: (records: readonly SeenRecord[]) => boolean = () => false,
  options: { readonly within?: number; readonly commit?: boolean } = {},
): Promise<readonly SeenRecord[]> => {
  const records: SeenRecord[] = []
  const signal = AbortSignal.timeout(options.within ?? 60_000)
  while (!enough(records)) {
    const block = await source.next(signal)
    if (block === undefined) break
    for (let i = 0; i < block.count; i++) {
      records.push({
        text: block.arena.node.toString('utf8', block.start[i], block.end[i]),
        from: block.from[i]!,
        to: block.to[i]!,
        flags: flagNames.filter((_, bit) => (block.flag[i]! & (1 << bit)) !== 0),
        key: block.origin.key,
        path: block.origin.path,
      })
    }
    block.lease.release()
    if (options.commit !== false) source.committed(block.origin.key, block.to[block.count - 1]!)
  }
  return records
}

/** A data directory and the context of a source on it; what was told and what was committed are kept for the test. */
export interface SourceBench {
  readonly context: SourceContext
  readonly generations: GenerationStore
  readonly notices: SourceNotice[]
  /** Committed offsets, as a checkpoint would hold them for the next `open`. */
  readonly resume: Map<string, number>
  readonly arena: Arena
  /** Opens a source whose commits go to `resume`. */
  open(source: Source, changes?: Partial<SourceContext>): Promise<OpenSource>
}

export const sourceBench = async (
  data: string,
  changes: Partial<SourceContext> & { readonly framing?: (path: string, head: Uint8Array) => Framing | undefined } = {},
): Promise<SourceBench> => {
  const notices: SourceNotice[] = []
  const resume = new Map<string, number>()
  const arena = changes.arena ?? createArena(256 << 20)
  const generations = changes.generations ?? (await openGenerations(data))
  const context: SourceContext = {
    arena,
    framing: () => byLine(),
    generations,
    resume,
    covered: async () => [],
    skipped: (key, to) => resume.set(key, to),
    clock: Date.now,
    once: false,
    begin: 'beginning',
    spools: createSpools(join(data, 'spool'), ['test'])('test'),
    unpacked: join(data, 'spool', '.unpacked'),
    text: (given) => (typeof given === 'string' ? given : undefined),
    report: (notice) => notices.push(notice),
    ...changes,
  }
  return {
    context,
    generations,
    notices,
    resume,
    arena,
    async open(source, more = {}) {
      const inner: OpenSource = await source.open({
        ...context,
        ...more,
        skipped(key, to, ahead, held) {
          const { skipped } = { ...context, ...more }
          skipped?.(key, to, ahead, held)
          setImmediate(() => inner.committed(key, to))
        },
      })
      return {
        async next(signal) {
          const block = await inner.next(signal)
          if (block !== undefined) assertBytes(block)
          return block
        },
        committed(key, offset) {
          resume.set(key, offset)
          inner.committed(key, offset)
        },
        get caughtUp() {
          return inner.caughtUp
        },
        files: () => inner.files(),
        close: () => inner.close(),
      }
    },
  }
}

/** Joins indented lines to the line before them. */
export const indented = (changes: Partial<Framing> = {}): Framing => ({
  joins: true,
  maxBytes: 1 << 20,
  flushAfter: 50,
  begin: () => {
    let first = true
    return {
      starts(bytes, start, end) {
        const starts = first || (end > start && bytes[start] !== 0x20)
        first = false
        return starts
      },
    }
  },
  ...changes,
})
