import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { logFormat } from '../../src/grammar/log-format.ts'
import type { Encoding } from '../../src/source/decode.ts'
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

/** What reads a fixture: the format of its folder, or of the `log_format` it was written by. */
export const grammarFor = (grammars: readonly Grammar[], fixture: string): Grammar | undefined => {
  const format = truth[fixture]?.logFormat
  const name = parserOf(fixture)
  return format === undefined ? grammars.find((one) => one.name === name) : logFormat(format, { name })
}

const encodings: Readonly<Record<string, Encoding>> = { 'utf-16': 'utf-16le', gb18030: 'gb18030', latin1: 'latin1' }

export const readFixture = (grammar: Grammar, fixture: string): Promise<Reading> => {
  const { timezone = 'UTC', encoding = 'utf-8' } = truth[fixture]!
  return readLog(grammar, join(fixtures, fixture), { timezone, encoding: encodings[encoding] ?? 'utf-8' })
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
