import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Failure } from '../event/failure.ts'
import { rest } from '../grammar/capture.ts'
import { dissect } from '../grammar/dissect.ts'
import { grammar } from '../grammar/grammar.ts'
import { grok } from '../grammar/grok/grok.ts'
import type { EcsCompatibility } from '../grammar/grok/stock.ts'
import { line } from '../grammar/line.ts'
import { or } from '../grammar/modify.ts'
import { patternTime, tooLong } from '../grammar/pattern-time.ts'
import { eachWithinTime, soon } from '../grammar/within-time.ts'
import type { Encoding } from '../source/decode.ts'
import { OperationError } from './control.ts'
import { explainFailure } from './explain.ts'
import { type Nested, putNested } from './nested.ts'
import { readPatternDirectory } from './pattern-directory.ts'
import { readInput } from './read-input.ts'
import { createLineFinder, failureLine, sentence, tell, textBefore } from './told.ts'
import type { TryResult } from './try.ts'
import { openInput } from './try-input.ts'
import { write } from './write-out.ts'

/** What a pattern makes of a text: fields by name, or why it does not fit, which may still be to find out. */
type Extract = (
  text: string,
) => { readonly fields: ReadonlyMap<string, unknown> } | { readonly failure: Failure } | { readonly why: () => Failure }

export type TriedPattern =
  | { readonly dissect: string; readonly separator?: string }
  | { readonly grok: string; readonly patterns?: string; readonly ecs?: EcsCompatibility }

export interface TryPatternOptions {
  readonly pattern: TriedPattern
  readonly file?: string
  readonly explain: boolean
  readonly failures?: string
  readonly encoding?: Encoding
}

const lines = grammar({ name: 'lines', line: line`${or('', rest('message'))}`, samples: ['a', ''] })

const extractor = (pattern: TriedPattern): Extract => {
  if ('dissect' in pattern) return dissect(pattern.dissect, pattern)
  const { patterns, ecs } = pattern
  const { match, explain } = grok(pattern.grok, {
    ...(patterns === undefined ? {} : { patterns: readPatternDirectory(patterns) }),
    ...(ecs === undefined ? {} : { ecs }),
  })
  return (text) => {
    const fields = match(text)
    return fields === undefined ? { why: () => explain(text) } : { fields }
  }
}
const compiled = (pattern: TriedPattern): Extract => {
  try {
    return extractor(pattern)
  } catch (error) {
    throw new OperationError(2, `the pattern cannot be used: ${(error as Error).message}`, { cause: error })
  }
}

const failureOf = (made: { readonly failure: Failure } | { readonly why: () => Failure }): Failure => {
  if ('failure' in made) return made.failure
  return soon(made.why) ?? { stage: 'parse', code: 'no_alternative', expected: 'text that fits the pattern' }
}

const documentOf = (name: string, offset: number, message: string, fields: ReadonlyMap<string, unknown>): Nested => {
  const document: Nested = {
    '@timestamp': new Date().toISOString(),
    event: { dataset: name },
    log: { offset },
    message,
  }
  for (const [field, value] of fields) {
    // Grok adds to a field that is there, as Logstash has it; only the message is the event's own.
    const whole = name === 'grok' && field === 'message' ? [message, value].flat() : value
    putNested(document, field, whole)
  }
  return document
}
const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value)

/** Lines in, a document of each line's captures out, verbatim. */
export const tryPattern = async (options: TryPatternOptions): Promise<TryResult> => {
  const { pattern } = options
  const name = 'grok' in pattern ? 'grok' : 'dissect'
  const extract = compiled(pattern)
  const directory = await mkdtemp(join(tmpdir(), 'tailrace-try-'))
  const failures = options.failures === undefined ? undefined : createWriteStream(options.failures)
  let records = 0
  let failed = 0
  try {
    const input = await openInput(options.file, directory)
    const lineOf = createLineFinder(input.path)
    for await (const { batch } of readInput(
      { ...input, ...(options.encoding === undefined ? {} : { encoding: options.encoding }) },
      () => ({ grammar: lines, transforms: [], dataset: name, timezone: 'UTC' }),
      (text) => void process.stderr.write(`tailrace: ${text}\n`),
    )) {
      records += batch.count
      const told = Array.from({ length: batch.count }, (_, row) => tell(batch, row, lineOf))
      const extracted: ReturnType<Extract>[] = []
      eachWithinTime({
        count: batch.count,
        most: (row) => patternTime(told[row]!.text.length),
        work(row) {
          extracted[row] = extract(told[row]!.text)
        },
        late(row) {
          extracted[row] = { failure: tooLong }
        },
      })
      for (const [row, made] of extracted.entries()) {
        const { text, ...where } = told[row]!
        if ('fields' in made) {
          await write(`${JSON.stringify(documentOf(name, where.offset, text, made.fields), exact)}\n`)
          continue
        }
        failed++
        const failure = failureOf(made)
        const whole = { ...where, text, failure, before: textBefore(text, failure) }
        process.stderr.write(`${sentence(whole, name)}\n`)
        if (options.explain) process.stderr.write(explainFailure(whole, { name }, []))
        failures?.write(`${failureLine(whole)}\n`)
      }
    }
  } finally {
    if (failures !== undefined) await new Promise((resolve) => failures.end(resolve))
    await rm(directory, { recursive: true, force: true })
  }
  return { records, parsed: records - failed, failed }
}
