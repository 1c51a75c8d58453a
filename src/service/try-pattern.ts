import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Failure } from '../event/failure.ts'
import { rest } from '../grammar/capture.ts'
import { type DissectOptions, dissect } from '../grammar/dissect.ts'
import { grammar } from '../grammar/grammar.ts'
import { line } from '../grammar/line.ts'
import { or } from '../grammar/modify.ts'
import type { Encoding } from '../source/decode.ts'
import { OperationError } from './control.ts'
import { explainFailure } from './explain.ts'
import { readInput } from './read-input.ts'
import { createLineFinder, failureLine, sentence, tell } from './told.ts'
import type { TryResult } from './try.ts'
import { openInput } from './try-input.ts'
import { write } from './write-out.ts'

/** What a pattern makes of a text: fields by name, or why it does not fit. */
type Extract = (text: string) => { readonly fields: ReadonlyMap<string, unknown> } | { readonly failure: Failure }

export interface TryPatternOptions extends DissectOptions {
  readonly dissect: string
  readonly file?: string
  readonly explain: boolean
  readonly failures?: string
  readonly encoding?: Encoding
}

const lines = grammar({ name: 'lines', line: line`${or('', rest('message'))}`, samples: ['a', ''] })

/** `[a][b]` as Logstash writes it, and `a.b`. */
const pathOf = (name: string): readonly string[] => name.replace(/^\[|\]$/g, '').split(/\]\[|\./)

type Nested = { [name: string]: unknown }

/** Where a value stands in the way of members, the name stays as it is. */
const put = (document: Nested, name: string, value: unknown): void => {
  const path = pathOf(name)
  let into = document
  for (const part of path.slice(0, -1)) {
    const inner = Object.hasOwn(into, part) ? into[part] : undefined
    if (inner !== undefined && (typeof inner !== 'object' || inner === null || Array.isArray(inner))) {
      document[name] = value
      return
    }
    if (inner === undefined)
      Object.defineProperty(into, part, { value: {}, enumerable: true, configurable: true, writable: true })
    into = into[part] as Nested
  }
  Object.defineProperty(into, path.at(-1)!, { value, enumerable: true, configurable: true, writable: true })
}

const compiled = (options: TryPatternOptions): Extract => {
  try {
    return dissect(options.dissect, options)
  } catch (error) {
    throw new OperationError(2, `the pattern cannot be used: ${(error as Error).message}`, { cause: error })
  }
}

/** Lines in, a document of each line's captures out, verbatim. */
export const tryPattern = async (options: TryPatternOptions): Promise<TryResult> => {
  const extract = compiled(options)
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-try-'))
  const failures = options.failures === undefined ? undefined : createWriteStream(options.failures)
  let records = 0
  let failed = 0
  try {
    const input = await openInput(options.file, directory)
    const lineOf = createLineFinder(input.path)
    for await (const { batch } of readInput(
      { ...input, ...(options.encoding === undefined ? {} : { encoding: options.encoding }) },
      () => ({ grammar: lines, transforms: [], dataset: 'dissect', timezone: 'UTC' }),
      (text) => void process.stderr.write(`tailrace: ${text}\n`),
    )) {
      records += batch.count
      for (let row = 0; row < batch.count; row++) {
        const { text, ...told } = tell(batch, row, lineOf)
        const extracted = extract(text)
        if ('failure' in extracted) {
          failed++
          const whole = { ...told, text, failure: extracted.failure }
          process.stderr.write(`${sentence(whole, 'dissect')}\n`)
          if (options.explain) process.stderr.write(explainFailure(text, extracted.failure, { name: 'dissect' }, []))
          failures?.write(`${failureLine(whole)}\n`)
          continue
        }
        const document: Nested = {
          '@timestamp': new Date().toISOString(),
          event: { dataset: 'dissect' },
          log: { offset: told.offset },
          message: text,
        }
        for (const [name, value] of extracted.fields) put(document, name, value)
        await write(`${JSON.stringify(document)}\n`)
      }
    }
  } finally {
    if (failures !== undefined) await new Promise((resolve) => failures.end(resolve))
    await rm(directory, { recursive: true, force: true })
  }
  return { records, parsed: records - failed, failed }
}
