import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from '../../src/event/block.ts'
import type { Envelope } from '../../src/event/envelope.ts'
import { wrapped } from '../../src/event/framing.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { logFormat } from '../../src/grammar/log-format.ts'
import { chooseStreams } from '../../src/service/choose-stream.ts'
import { loadFormats } from '../../src/service/formats.ts'
import type { Encoding } from '../../src/source/decode.ts'
import { containerEnvelopes } from '../../src/source/envelope/containers.ts'
import { type Reading, readLog } from './read-log.ts'

export const fixtures = join(import.meta.dirname, '../../fixtures')

/** What is known of a fixture without a parser; see fixtures/README.md. */
export interface Truth {
  readonly records: number
  readonly failures?: number
  /** Records that are text of others, which nobody can tell. */
  readonly forged?: number
  readonly logFormat?: string
  readonly timezone?: string
  readonly encoding?: string
}
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(fixtures, name), 'utf8'))
export const truth = readJson('truth.json') as Readonly<Record<string, Truth>>
/** Fixtures, and whole formats, that are not read yet, each with the reason. */
export const open = readJson('open.json') as Readonly<Record<string, string>>

/** `<parser>/<file>` of every fixture there is. */
export const fixtureFiles = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[^/]+\/[^/]+\.log$/.test(name))
  .sort()
export const parserOf = (fixture: string): string => fixture.slice(0, fixture.indexOf('/'))
export const expectedPath = (fixture: string): string => join(fixtures, fixture.replace(/\.log$/, '.expected.json'))

/** Envelopes that a folder may be named for. */
export const envelopes = containerEnvelopes()

/**
 * What reads a fixture: the format of its folder, or of the `log_format` it was written by; of envelopes what takes any text,
 * where no other format is recognised.
 */
export const grammarFor = (grammars: readonly Grammar[], fixture: string): Grammar | undefined => {
  const format = truth[fixture]?.logFormat
  const name = parserOf(fixture)
  if (envelopes.some((envelope) => envelope.name === name)) return grammars.find(({ anyText }) => anyText)
  return format === undefined ? grammars.find((one) => one.name === name) : logFormat(format, { name })
}

const encodings: Readonly<Record<string, Encoding>> = { 'utf-16': 'utf-16le', gb18030: 'gb18030', latin1: 'latin1' }

export const readFixture = async (grammar: Grammar, fixture: string): Promise<Reading> => {
  const { timezone = 'UTC', encoding = 'utf-8' } = truth[fixture]!
  const options = { timezone, encoding: encodings[encoding] ?? 'utf-8' }
  const path = join(fixtures, fixture)
  const envelope = envelopes.find(({ name }) => name === parserOf(fixture))
  if (envelope === undefined) return readLog(grammar, path, options)
  const { grammars } = await loadFormats()
  return readLog(grammar, path, { ...options, wrapped: (head) => wrappedBy(envelope, grammars, head, timezone) })
}

/** As `tailrace try` reads lines in an envelope. */
const wrappedBy = (envelope: Envelope, grammars: readonly Grammar[], head: Uint8Array, timezone: string) => {
  const report = (text: string): never => {
    throw new Error(text)
  }
  const streams = chooseStreams(grammars, envelope, head, { parserOf: () => undefined, report })
  return {
    framing: wrapped({ envelope, of: (stream, sample) => streams.choose(stream, sample).framing }),
    triedOf({ wrapping }: Block) {
      const grammar = streams.readerOf(wrapping?.streams[0] ?? '') ?? grammars[0]!
      return { grammar, transforms: [], dataset: grammar.name, timezone }
    },
  }
}

interface WithSource {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}
const longest = 2000
/** Long texts are told by their beginning, length and digest, so that a person can read the rest. */
const shortened = (text: string): string =>
  text.length <= longest
    ? text
    : `${text.slice(0, 100)}… (${text.length} characters, SHA-256 ${createHash('sha256').update(text).digest('hex')})`

/** JSON text as values whose numbers print as they were written. */
const exact = (text: string): unknown =>
  (JSON as unknown as WithSource).parse(text, (_, value, { source }) =>
    typeof value === 'number'
      ? (JSON as unknown as WithSource).rawJSON(source!)
      : typeof value === 'string'
        ? shortened(value)
        : value,
  )

/** The text of an `.expected.json`. */
export const render = ({ documents, failures }: Reading): string =>
  `${JSON.stringify({ documents: documents.map(exact), failures: failures.map(exact) }, undefined, 2)}\n`
