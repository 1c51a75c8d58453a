import { once } from 'node:events'
import { createWriteStream, existsSync, openSync, readSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Batch, outcome, release } from '../event/batch.ts'
import { createWriter } from '../event/document.ts'
import type { Failure } from '../event/failure.ts'
import { printable } from '../event/printable.ts'
import { addOffsets, fillTimestamp } from '../event/provenance.ts'
import { createArena } from '../memory/arena.ts'
import { openFollow } from '../source/follow.ts'
import { openGenerations } from '../source/generation.ts'
import { plainFiles } from '../source/tailing.ts'
import type { Transform } from '../transform/transform.ts'
import { OperationError } from './control.ts'
import { explainFailure } from './explain.ts'
import { chooseFor, type Tried } from './try-parsers.ts'

export interface TryOptions {
  readonly parser?: string
  readonly pipeline?: string
  readonly file?: string
  readonly enrich: boolean
  readonly explain: boolean
  readonly failures?: string
  readonly timezone?: string
  readonly config?: string
}
export interface TryResult {
  readonly records: number
  readonly parsed: number
  readonly failed: number
}

/** Line numbers by offset, found by reading the input once more, only as far as the last failure. */
const createLineFinder = (path: string): ((offset: number) => number) => {
  let handle: number | undefined
  let at = 0
  let line = 1
  const buffer = Buffer.allocUnsafe(1 << 16)
  return (offset) => {
    handle ??= openSync(path, 'r')
    while (at < offset) {
      const got = readSync(handle, buffer, 0, Math.min(buffer.length, offset - at), at)
      if (got === 0) break
      for (let i = buffer.indexOf(10); i !== -1 && i < got; i = buffer.indexOf(10, i + 1)) line++
      at += got
    }
    return line
  }
}

const write = async (text: string | Uint8Array): Promise<void> => {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

const documents = async (batch: Batch): Promise<void> => {
  const writer = createWriter(batch)
  const { bytes } = batch.block.arena
  const room = 1 << 18
  let start = batch.scratch.take(room)
  let end = start + room
  let at = start
  const flush = async (): Promise<void> => {
    // A copy: what is handed to the stream may be written after this memory serves another block.
    if (at > start) await write(bytes.slice(start, at))
    at = start
  }
  for (let row = 0; row < batch.count; row++) {
    if (batch.outcome[row] !== outcome.live) continue
    const need = writer.bound(row) + 1
    if (at + need > end) {
      await flush()
      if (need > end - start) {
        start = batch.scratch.take(need)
        end = start + need
        at = start
      }
    }
    at = writer.write(row, at)
    bytes[at++] = 10
  }
  await flush()
}

interface Told {
  readonly line: number
  readonly offset: number
  readonly failure: Failure
  readonly text: string
}

const failureLine = ({ line, offset, failure, text }: Told): string => {
  const { code, at, expected, found, field, alternative } = failure
  const column = at === undefined ? undefined : [...Buffer.from(text).subarray(0, at).toString('utf8')].length + 1
  return JSON.stringify({ line, offset, code, column, expected, found, field, alternative, raw: text })
}

const sentence = ({ line, failure }: Told, name: string): string => {
  const { code, at, expected, found, field } = failure
  const where = at === undefined ? '' : ` at byte ${at + 1}`
  const what = expected === undefined ? code.replaceAll('_', ' ') : `expected ${expected}`
  return printable(
    `line ${line}: ${name}: ${what}${where}${field === undefined ? '' : ` (${field})`}${found === undefined ? '' : `, found ${JSON.stringify(found)}`}`,
  )
}

const prepare = (batch: Batch, transforms: readonly Transform<never, object>[]): void => {
  batch.columns.set('event.dataset', { kind: 'constant', value: batch.dataset })
  addOffsets(batch)
  fillTimestamp(batch)
  for (const step of transforms) step.apply(batch)
}

/** Where the bytes lie; standard input is kept in a file while it lasts, for offsets and line numbers. */
const openInput = async (file: string | undefined, directory: string) => {
  if (file !== undefined) {
    const path = resolve(file)
    if (!existsSync(path)) throw new OperationError(3, `'${file}' cannot be read: there is no such file`)
    return { path, goesOn: () => false, wakeWith: (_: () => void) => undefined }
  }
  const path = join(directory, 'standard-input')
  const copy = createWriteStream(path)
  await once(copy, 'open')
  let ended = false
  let wake = (): void => undefined
  process.stdin.on('data', (chunk: Buffer) => {
    if (!copy.write(chunk, () => wake())) {
      process.stdin.pause()
      copy.once('drain', () => process.stdin.resume())
    }
  })
  process.stdin.once('end', () =>
    copy.end(() => {
      ended = true
      wake()
    }),
  )
  return {
    path,
    goesOn: () => !ended,
    wakeWith: (given: () => void) => {
      wake = given
    },
  }
}

/** Globs are for `run`; a file's own name may hold their characters. */
const literally = (path: string): string => path.replace(/[*?[\]{}()!\\]/g, '\\$&')

export const tryInput = async (options: TryOptions): Promise<TryResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-try-'))
  const failures = options.failures === undefined ? undefined : createWriteStream(options.failures)
  let records = 0
  let failed = 0
  try {
    const choice = await chooseFor(options)
    const input = await openInput(options.file, directory)
    const lineOf = createLineFinder(input.path)
    const generations = await openGenerations(join(directory, 'generations'))
    let tried: Tried | undefined
    const source = await openFollow(
      { name: 'try', paths: [literally(input.path)], watch: false },
      {
        arena: createArena(1 << 28),
        framing: (_, head) => {
          tried ??= choice(head)
          return tried.grammar.framing
        },
        generations,
        resume: new Map(),
        covered: () => Promise.resolve([]),
        clock: Date.now,
        once: true,
        begin: 'beginning',
        report: ({ text }) => process.stderr.write(`tailrace: ${text}\n`),
      },
      { ...plainFiles, goesOn: input.goesOn },
      input.wakeWith,
    )
    const signal = new AbortController().signal
    for (let block = await source.next(signal); block !== undefined; block = await source.next(signal)) {
      const { grammar, transforms, dataset, timezone } = tried!
      const batch = grammar.read(block, { dataset, timezone, now: Date.now() })
      prepare(batch, transforms)
      records += batch.count
      for (let row = 0; row < batch.count; row++) {
        if (batch.outcome[row] !== outcome.dead) continue
        failed++
        const told = tell(batch, row, lineOf)
        process.stderr.write(`${sentence(told, grammar.name)}\n`)
        if (options.explain)
          process.stderr.write(explainFailure(told.text, told.failure, grammar, choice.others(grammar)))
        failures?.write(`${failureLine(told)}\n`)
      }
      await documents(batch)
      release(batch)
    }
    await source.close()
    await generations.close()
  } finally {
    if (failures !== undefined) await new Promise((resolve) => failures.end(resolve))
    await rm(directory, { recursive: true, force: true })
  }
  return { records, parsed: records - failed, failed }
}

const tell = (batch: Batch, row: number, lineOf: (offset: number) => number): Told => {
  const { block } = batch
  const offset = block.from[row]!
  const text = block.arena.node.toString('utf8', block.start[row], block.end[row])
  const failure = batch.failures.get(row) ?? { stage: 'parse', code: 'no_alternative' }
  return { line: lineOf(offset), offset, failure, text }
}
