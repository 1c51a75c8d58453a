import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, outcome } from '../event/batch.ts'
import { createWriter } from '../event/document.ts'
import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { firstLine, grouped } from '../mine/grouped.ts'
import type { Encoding } from '../source/decode.ts'
import { explainFailure } from './explain.ts'
import { readInput } from './read-input.ts'
import { createLineFinder, failureLine, sentence, tell } from './told.ts'
import { openInput } from './try-input.ts'
import { chooseFor } from './try-parsers.ts'
import { write } from './write-out.ts'

export interface TryOptions {
  readonly parser?: string
  readonly pipeline?: string
  readonly file?: string
  readonly enrich: boolean
  readonly explain: boolean
  readonly failures?: string
  readonly timezone?: string
  readonly encoding?: Encoding
  /** The text of nginx's `log_format` or Apache's `LogFormat`, in place of the parser's own layout. */
  readonly logFormat?: string
  readonly config?: string
}
export interface TryResult {
  readonly records: number
  readonly parsed: number
  readonly failed: number
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

/** Failures by template are told where there are more than one sees at a glance, of so many at most. */
const fewFailures = 10
const mostGrouped = 10_000
const mostTemplates = 20

const tellGroups = (lines: readonly string[], failed: number): void => {
  if (failed <= fewFailures) return
  const groups = grouped(lines)
  const width = String(groups[0]!.lines.length).length
  const beyond = failed > lines.length ? `, of the first ${lines.length}` : ''
  process.stderr.write(`what did not parse, by template${beyond}:\n`)
  for (const { text, lines: own } of groups.slice(0, mostTemplates))
    process.stderr.write(`  ${String(own.length).padStart(width)} × ${shorten(printable(text), 160)}\n`)
  if (groups.length > mostTemplates) process.stderr.write(`  and ${groups.length - mostTemplates} more templates\n`)
}

export const tryInput = async (options: TryOptions): Promise<TryResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-try-'))
  const failures = options.failures === undefined ? undefined : createWriteStream(options.failures)
  let records = 0
  let failed = 0
  const unread: string[] = []
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
        if (options.explain) process.stderr.write(explainFailure(told, grammar, choice.others(grammar)))
        failures?.write(`${failureLine(told)}\n`)
        if (unread.length < mostGrouped) unread.push(firstLine(told.text))
      }
      await documents(batch)
    }
    tellGroups(unread, failed)
  } finally {
    if (failures !== undefined) await new Promise((resolve) => failures.end(resolve))
    await rm(directory, { recursive: true, force: true })
  }
  return { records, parsed: records - failed, failed }
}
