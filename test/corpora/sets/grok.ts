import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type GrokValue, grok } from '../../../src/grammar/grok/grok.ts'
import { putNested } from '../../../src/service/nested.ts'
import type { Corpus } from '../corpus.ts'

type Nested = { [name: string]: unknown }

/** A pattern, a text, and the event that Logstash's own engine makes of it: with ECS's names or those of old. */
interface EventRow {
  readonly pattern: string
  readonly mode: string
  readonly message: string
  readonly event: Nested
}
/** A pattern, a text and what another engine captures: all as text, patterns without a name too. */
interface CaptureRow {
  readonly pattern: string
  readonly text: string
  readonly expected: Readonly<Record<string, string>>
}

const byName = (a: string, b: string): number => (a < b ? -1 : 1)
const sorted = (entries: Iterable<readonly [string, unknown]>): Nested =>
  Object.fromEntries([...entries].sort(([a], [b]) => byName(a, b)))

const eventOf = (message: string, fields: ReadonlyMap<string, GrokValue> | undefined): Nested => {
  if (fields === undefined) return { message, tags: ['_grokparsefailure'] }
  const event: Nested = { message }
  for (const [name, value] of fields) putNested(event, name, name === 'message' ? [message, value].flat() : value)
  return event
}

/** What is told of a row and what was found; `fits`: the pattern matched. */
const read = (
  row: EventRow | CaptureRow,
): { readonly expected: unknown; readonly found: unknown; readonly fits: boolean } => {
  try {
    if ('event' in row) {
      const { match } = grok(row.pattern, { ecs: row.mode === 'legacy' ? 'disabled' : 'v1' })
      const fields = match(row.message)
      return { expected: row.event, found: eventOf(row.message, fields), fits: fields !== undefined }
    }
    const { match, captures } = grok(row.pattern)
    const named = new Set(captures.map(({ field }) => field))
    const fields = match(row.text)
    // Its patterns and Logstash's name some things differently: what both name is compared.
    const both = (name: string): boolean => named.has(name) && Object.hasOwn(row.expected, name)
    return {
      expected: sorted(Object.entries(row.expected).filter(([name, value]) => both(name) && value !== '')),
      found: fields && sorted([...fields].flatMap(([name, value]) => (both(name) ? [[name, String(value)]] : []))),
      fits: fields !== undefined,
    }
  } catch (error) {
    return { expected: 'event' in row ? row.event : row.expected, found: (error as Error).message, fits: false }
  }
}

const corpus: Corpus = {
  about: 'grok patterns with a text and what it comes to',
  async *scores(folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
      const rows = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((text) => JSON.parse(text) as EventRow | CaptureRow)
      let parsed = 0
      const differences = rows.flatMap((row) => {
        const { expected, found, fits } = read(row)
        if (fits) parsed++
        return isDeepStrictEqual(expected, found) ? [] : [{ pattern: row.pattern, row, expected, found: found ?? null }]
      })
      yield {
        part: file,
        records: rows.length,
        parsed,
        expected: rows.length,
        equal: rows.length - differences.length,
        differences,
        note: "a row counts where all of it is equal; Logstash's patterns",
      }
    }
  },
}
export default corpus
