import { rmSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { countRecords } from './count-records.ts'
import { readLog } from './read-log.ts'

/** What takes time that grows with the square of a line's length, or of the number of lines, would not end. */
export const floods = [
  ['blanks', ' ', 2 << 20],
  ['letters', 'a', 10 << 20],
  ['quotes', "'", 2 << 20],
  ['pairs', 'a: b  ', 2 << 20],
  ['parts of layouts', ' - [x] ERROR: " | ', 2 << 20],
  ['brackets', '[{"a":', 2 << 20],
  ['colours', '\u001b[31m', 2 << 20],
  ['bytes that are no text', '\u00ff', 2 << 20],
  ['line ends and blanks', ' \n', 1 << 16],
  ['traces', '\nTraceback (most recent call last):', 1 << 20],
  ['headers', '\n# a: b', 1 << 18],
  ['statements', "\n# Time: 1 ';", 1 << 18],
] as const

/** A record that begins well and goes on with `size` bytes of `text`, and one behind it: none is lost, none made up. */
export const getThrough = async (grammar: Grammar, path: string, text: string, size: number): Promise<void> => {
  const [sample] = grammar.samples
  const long = Buffer.alloc(size, Buffer.from(text, 'latin1'))
  const bytes = Buffer.concat([Buffer.from(sample!), long, Buffer.from(`\n${sample}\n`)])
  writeFileSync(path, bytes)
  const { documents, failures } = await readLog(grammar, path)
  expect(documents.length + failures.length).toBe(countRecords(grammar, bytes))
  rmSync(path)
}
