import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, deadBatch, release } from '../event/batch.ts'
import type { Block } from '../event/block.ts'
import { addOffsets, fillTimestamp } from '../event/provenance.ts'
import { type Arena, createArena } from '../memory/arena.ts'
import type { Encoding } from '../source/decode.ts'
import { openFollow } from '../source/follow.ts'
import { openGenerations } from '../source/generation.ts'
import type { OpenSource, SourceContext } from '../source/source.ts'
import { createSpools } from '../source/spools.ts'
import { plainFiles } from '../source/tailing.ts'
import type { Choose, Tried } from './try-parsers.ts'

export interface Input {
  readonly path: string
  readonly encoding?: Encoding
  /** Whether bytes may still be added to the file; default: it is read as it is. */
  readonly goesOn?: () => boolean
  /** Told a function to call when bytes have been added. */
  readonly wakeWith?: (wake: () => void) => void
  readonly clock?: () => number
  /** For who reads many files, one after the other; default: one of its own. */
  readonly arena?: Arena
}

/** Globs are for `run`; a file's own name may hold their characters. */
const literally = (path: string): string => path.replace(/[*?[\]{}()!\\]/g, '\\$&')

const read = (block: Block, { grammar, transforms, dataset, timezone }: Tried, now: number): Batch => {
  if (block.failure !== undefined) return deadBatch(block, block.failure, dataset, grammar.schema)
  const batch = grammar.read(block, { dataset, timezone, now, explaining: true })
  batch.columns.set('event.dataset', { kind: 'constant', value: batch.dataset })
  block.wrapping?.envelope.describe(batch)
  addOffsets(batch)
  fillTimestamp(batch)
  for (const step of transforms) step.apply(batch)
  return batch
}

/** Opens a file as `run` does, without a service and for once; `close` gives everything back. */
export const openOnce = async (
  { path, encoding, goesOn = () => false, wakeWith = () => {}, clock = Date.now, arena = createArena(1 << 28) }: Input,
  framing: SourceContext['framing'],
  report: (text: string) => void,
): Promise<{ readonly source: OpenSource; close(): Promise<void> }> => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-read-'))
  const generations = await openGenerations(join(directory, 'generations'))
  const forget = async (): Promise<void> => {
    await generations.close()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const source = await openFollow(
      { name: 'try', paths: [literally(path)], watch: false, ...(encoding === undefined ? {} : { encoding }) },
      {
        arena,
        framing,
        generations,
        resume: new Map(),
        covered: () => Promise.resolve([]),
        clock,
        once: true,
        begin: 'beginning',
        spools: createSpools(directory, [''])(''),
        unpacked: directory,
        text: () => undefined,
        report: ({ text }) => report(text),
      },
      { ...plainFiles, goesOn },
      wakeWith,
    )
    return {
      source,
      async close() {
        await source.close()
        await forget()
      },
    }
  } catch (error) {
    await forget()
    throw error
  }
}

/**
 * A file as `run` reads it, without a service: the batches its records make, and what they were read with. A batch is
 * the reader's until the next is asked for.
 */
export async function* readInput(
  input: Input,
  choose: ((head: Uint8Array) => Tried) & Partial<Pick<Choose, 'wrapped'>>,
  report: (text: string) => void,
): AsyncGenerator<{ readonly batch: Batch; readonly tried: Tried }> {
  const { clock = Date.now } = input
  let tried: Tried | undefined
  let wrapped: ReturnType<Choose['wrapped']>
  const framing: SourceContext['framing'] = (_, head) => {
    wrapped ??= choose.wrapped?.(head)
    if (wrapped !== undefined) return wrapped.framing
    tried ??= choose(head)
    return tried.grammar.framing
  }
  const { source, close } = await openOnce(input, framing, report)
  try {
    const signal = new AbortController().signal
    for (let block = await source.next(signal); block !== undefined; block = await source.next(signal)) {
      const by = wrapped?.triedOf(block) ?? tried!
      const batch = read(block, by, clock())
      yield { batch, tried: by }
      release(batch)
    }
  } finally {
    await close()
  }
}
