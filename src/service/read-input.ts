import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, release } from '../event/batch.ts'
import { addOffsets, fillTimestamp } from '../event/provenance.ts'
import { createArena } from '../memory/arena.ts'
import type { Encoding } from '../source/decode.ts'
import { openFollow } from '../source/follow.ts'
import { openGenerations } from '../source/generation.ts'
import { plainFiles } from '../source/tailing.ts'
import type { Tried } from './try-parsers.ts'

export interface Input {
  readonly path: string
  readonly encoding?: Encoding
  /** Whether bytes may still be added to the file; default: it is read as it is. */
  readonly goesOn?: () => boolean
  /** Told a function to call when bytes have been added. */
  readonly wakeWith?: (wake: () => void) => void
  readonly clock?: () => number
}

/** Globs are for `run`; a file's own name may hold their characters. */
const literally = (path: string): string => path.replace(/[*?[\]{}()!\\]/g, '\\$&')

const prepare = (batch: Batch, { transforms }: Tried): void => {
  batch.columns.set('event.dataset', { kind: 'constant', value: batch.dataset })
  addOffsets(batch)
  fillTimestamp(batch)
  for (const step of transforms) step.apply(batch)
}

/**
 * A file as `run` reads it, without a service: the batches its records make, and what they were read with. A batch is
 * the reader's until the next is asked for.
 */
export async function* readInput(
  { path, encoding, goesOn = () => false, wakeWith = () => {}, clock = Date.now }: Input,
  choose: (head: Uint8Array) => Tried,
  report: (text: string) => void,
): AsyncGenerator<{ readonly batch: Batch; readonly tried: Tried }> {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-read-'))
  const generations = await openGenerations(join(directory, 'generations'))
  try {
    let tried: Tried | undefined
    const source = await openFollow(
      { name: 'try', paths: [literally(path)], watch: false, ...(encoding === undefined ? {} : { encoding }) },
      {
        arena: createArena(1 << 28),
        framing: (_, head) => {
          tried ??= choose(head)
          return tried.grammar.framing
        },
        generations,
        resume: new Map(),
        covered: () => Promise.resolve([]),
        clock,
        once: true,
        begin: 'beginning',
        spool: directory,
        text: () => undefined,
        report: ({ text }) => report(text),
      },
      { ...plainFiles, goesOn },
      wakeWith,
    )
    const signal = new AbortController().signal
    for (let block = await source.next(signal); block !== undefined; block = await source.next(signal)) {
      const { grammar, dataset, timezone } = tried!
      const batch = grammar.read(block, { dataset, timezone, now: clock() })
      prepare(batch, tried!)
      yield { batch, tried: tried! }
      release(batch)
    }
    await source.close()
  } finally {
    await generations.close()
    await rm(directory, { recursive: true, force: true })
  }
}
