import { closeSync, openSync, readSync } from 'node:fs'
import type { Batch } from '../event/batch.ts'
import type { Failure } from '../event/failure.ts'
import { printable } from '../event/printable.ts'

/** A record that could not be read, as `try` tells of it. */
export interface Told {
  readonly line: number
  readonly offset: number
  readonly failure: Failure
  readonly text: string
  /** What of the text stands before the place it failed at. */
  readonly before: string
}

/** What stands before byte `at` of a text. */
export const textBefore = (text: string, { at = 0 }: Pick<Failure, 'at'>): string =>
  Buffer.from(text).subarray(0, at).toString('utf8')

/** Line numbers by offset, found by reading the input once more, only as far as the last failure. */
export const createLineFinder = (path: string): ((offset: number) => number) => {
  let at = 0
  let line = 1
  const buffer = Buffer.allocUnsafe(1 << 16)
  return (offset) => {
    if (at >= offset) return line
    const handle = openSync(path, 'r')
    try {
      while (at < offset) {
        const got = readSync(handle, buffer, 0, Math.min(buffer.length, offset - at), at)
        if (got === 0) break
        for (let i = buffer.indexOf(10); i !== -1 && i < got; i = buffer.indexOf(10, i + 1)) line++
        at += got
      }
    } finally {
      closeSync(handle)
    }
    return line
  }
}

export const tell = (batch: Batch, row: number, lineOf: (offset: number) => number): Told => {
  const { block } = batch
  const offset = block.from[row]!
  const text = block.arena.node.toString('utf8', block.start[row], block.end[row])
  const failure = batch.failures.get(row) ?? { stage: 'parse', code: 'no_alternative' }
  // Bytes that are no UTF-8 are more in the text than in the record, where the failure counts them.
  const from = block.start[row]!
  const before = block.arena.node.toString('utf8', from, from + (failure.at ?? 0))
  return { line: lineOf(offset), offset, failure, text, before }
}

/** What `--failures` writes of it, a line. */
export const failureLine = ({ line, offset, failure, text, before }: Told): string => {
  const { code, at, expected, found, field, alternative } = failure
  const column = at === undefined ? undefined : [...before].length + 1
  return JSON.stringify({ line, offset, code, column, expected, found, field, alternative, raw: text })
}

/** The failure in a sentence, safe in a terminal. */
export const sentence = ({ line, failure }: Told, name: string): string => {
  const { code, at, expected, found, field } = failure
  const where = at === undefined ? '' : ` at byte ${at + 1}`
  const what = expected === undefined ? code.replaceAll('_', ' ') : `expected ${expected}`
  return printable(
    `line ${line}: ${name}: ${what}${where}${field === undefined ? '' : ` (${field})`}${found === undefined ? '' : `, found ${JSON.stringify(found)}`}`,
  )
}
