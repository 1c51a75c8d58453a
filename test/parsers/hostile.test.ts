import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterAll, describe, expect } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { documentText } from '../../src/event/document.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { blockOf } from '../../src/grammar/text-block.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { countRecords } from './count-records.ts'
import { floods, getThrough } from './floods.ts'
import { type Reading, readLog } from './read-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'tailrace-hostile-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let files = 0
const path = (): string => join(directory, `${files++}.log`)

/** The same each time: what another finds is a matter for whoever looks for it, not for who lands something else. */
const seed = Number(process.env['TAILRACE_TEST_SEED'] ?? 1)

const { grammars } = await loadFormats()

/** Logs near enough to a format to come far into it: its samples, torn, spliced and mixed with bytes of any kind. */
const logs = ({ samples }: Grammar) => {
  const torn = fc
    .tuple(
      fc.constantFrom(...samples),
      fc.array(
        fc.tuple(
          fc.nat(300),
          fc.nat(8),
          fc.oneof(
            fc.uint8Array({ maxLength: 6 }),
            fc
              .constantFrom(
                '\n',
                '\r\n',
                ';\n',
                "'",
                '"',
                '`',
                '/*',
                '*/',
                '#',
                '\\',
                '\0\0',
                '\u001b[31m',
                ': ',
                ' - ',
              )
              .map((text) => Buffer.from(text)),
          ),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([sample, cuts]) =>
      cuts.reduce(
        (bytes, [at, length, put]) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]),
        Buffer.from(sample),
      ),
    )
  const line = fc.oneof(
    { weight: 3, arbitrary: torn },
    { weight: 2, arbitrary: fc.constantFrom(...samples).map((sample) => Buffer.from(sample)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  )
  return fc
    .array(line, { maxLength: 8 })
    .map((lines) => Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')])))
}

const bom = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf

describe.each(grammars.map((grammar) => [grammar.name, grammar] as const))('%s', (_, grammar) => {
  test.prop([logs(grammar)], { numRuns: 12, endOnFailure: true, seed })(
    'makes a document or a failure of every record',
    async (bytes) => {
      fc.pre(!bom(bytes))
      const file = path()
      writeFileSync(file, bytes)
      const { documents, failures } = await readLog(grammar, file)
      expect(documents.length + failures.length).toBe(countRecords(grammar, bytes))
      for (const document of documents) expect(JSON.parse(document)).toHaveProperty('@timestamp')
    },
  )

  test.prop([logs(grammar), fc.array(fc.nat(1000), { maxLength: 4 })], { numRuns: 5, endOnFailure: true, seed })(
    'reads the same however the bytes arrive',
    async (bytes, cuts) => {
      fc.pre(bytes.length > 0)
      const whole = path()
      writeFileSync(whole, bytes)
      const grown = path()
      const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])].sort(
        (a, b) => a - b,
      )
      const pieces = at.slice(1).map((to, i) => bytes.subarray(at[i]!, to))
      const read = await readLog(grammar, grown, { pieces })
      expect(readFileSync(grown)).toEqual(bytes)
      // The order of members goes by what else the block holds.
      const parsed = ({ documents, failures }: Reading) => ({
        documents: documents.map((text) => JSON.parse(text)),
        failures,
      })
      expect(parsed(read)).toEqual(parsed(await readLog(grammar, whole)))
    },
  )

  test('prints back what it can print, and nothing else', () => {
    const batch = grammar.read(blockOf(grammar.samples), { dataset: grammar.name, timezone: 'UTC', now: Date.now() })
    grammar.samples.forEach((sample, row) => {
      const printed = grammar.print(batch, row)
      if (printed !== undefined) expect(printed).toBe(sample)
    })
  })

  // An absent value prints as the layout's own mark for that, and bytes that are no text are not restored.
  test.prop([logs(grammar)], { numRuns: 12, endOnFailure: true, seed })(
    'prints what reads as the same again',
    (bytes) => {
      fc.pre(!bom(bytes))
      const options = { dataset: grammar.name, timezone: 'UTC', now: 0 }
      const texts = bytes
        .toString('utf8')
        .split('\n')
        .filter((text) => text.trim() !== '')
      fc.pre(texts.length > 0)
      const batch = grammar.read(blockOf(texts), options)
      const printed = texts.flatMap((_, row) => {
        const text = batch.outcome[row] === outcome.live ? grammar.print(batch, row) : undefined
        return text === undefined ? [] : [{ text, document: JSON.parse(documentText(batch, row)) as object }]
      })
      for (const { text, document } of printed) {
        const again = grammar.read(blockOf([text]), options)
        expect(again.failures.get(0)).toBeUndefined()
        expect(JSON.parse(documentText(again, 0))).toEqual(document)
        release(again)
      }
      release(batch)
    },
  )

  // As much again sixteen times over is read by the slow suite.
  test.each(floods)('gets through much of %s behind a record that begins well', async (_kind, text, size) => {
    await getThrough(grammar, path(), text, size >> 4)
  })
})
