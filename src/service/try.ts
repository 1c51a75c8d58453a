import { once } from 'node:events'
import { accessSync, constants, createReadStream, createWriteStream, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Batch, outcome } from '../event/batch.ts'
import { createWriter } from '../event/document.ts'
import { printable } from '../event/printable.ts'
import type { Encoding } from '../source/decode.ts'
import { OperationError } from './control.ts'
import { explainFailure } from './explain.ts'
import { readInput } from './read-input.ts'
import { createLineFinder, failureLine, type Told, tell } from './told.ts'
import { chooseFor } from './try-parsers.ts'

export interface TryOptions {
  readonly parser?: string
  readonly pipeline?: string
  readonly file?: string
  readonly enrich: boolean
  readonly explain: boolean
  readonly failures?: string
  readonly timezone?: string
  readonly encoding?: Encoding
  /** nginx's `log_format` text, in place of the parser's own layout. */
  readonly logFormat?: string
  readonly config?: string
}
export interface TryResult {
  readonly records: number
  readonly parsed: number
  readonly failed: number
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

const sentence = ({ line, failure }: Told, name: string): string => {
  const { code, at, expected, found, field } = failure
  const where = at === undefined ? '' : ` at byte ${at + 1}`
  const what = expected === undefined ? code.replaceAll('_', ' ') : `expected ${expected}`
  return printable(
    `line ${line}: ${name}: ${what}${where}${field === undefined ? '' : ` (${field})`}${found === undefined ? '' : `, found ${JSON.stringify(found)}`}`,
  )
}

/** Whether it is a file rather than a pipe or device; throws where it cannot be read. */
const isRegular = (file: string): boolean => {
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = { ENOENT: 'there is no such file', EACCES: 'permission denied' }[code ?? ''] ?? code
    throw new OperationError(3, `'${file}' cannot be read: ${why}`, { cause: error })
  }
  const stats = statSync(file)
  if (stats.isDirectory()) throw new OperationError(3, `'${file}' cannot be read: it is a directory`)
  return stats.isFile()
}

/** Where the bytes lie; standard input is kept in a file while it lasts, for offsets and line numbers. */
const openInput = async (file: string | undefined, directory: string) => {
  if (file !== undefined && isRegular(file)) return { path: resolve(file) }
  // What is no file (a pipe, as of `<(zcat …)`) comes once and in order, as standard input does.
  const input = file === undefined ? process.stdin : createReadStream(file)
  const path = join(directory, 'standard-input')
  const copy = createWriteStream(path)
  await once(copy, 'open')
  let ended = false
  let wake = (): void => undefined
  input.on('data', (chunk) => {
    if (!copy.write(chunk, () => wake())) {
      input.pause()
      copy.once('drain', () => input.resume())
    }
  })
  input.once('end', () =>
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

export const tryInput = async (options: TryOptions): Promise<TryResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-try-'))
  const failures = options.failures === undefined ? undefined : createWriteStream(options.failures)
  let records = 0
  let failed = 0
  try {
    const choice = await chooseFor(options)
    const input = await openInput(options.file, directory)
    const lineOf = createLineFinder(input.path)
    const report = (text: string): void => void process.stderr.write(`tailrace: ${text}\n`)
    for await (const { batch, tried } of readInput(
      { ...input, ...(options.encoding === undefined ? {} : { encoding: options.encoding }) },
      choice,
      report,
    )) {
      const { grammar } = tried
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
    }
  } finally {
    if (failures !== undefined) await new Promise((resolve) => failures.end(resolve))
    await rm(directory, { recursive: true, force: true })
  }
  return { records, parsed: records - failed, failed }
}
