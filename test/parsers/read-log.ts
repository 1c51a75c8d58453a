import { appendFileSync, writeFileSync } from 'node:fs'
import { outcome } from '../../src/event/batch.ts'
import { documentText } from '../../src/event/document.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { createArena } from '../../src/memory/arena.ts'
import { readInput } from '../../src/service/read-input.ts'
import { createLineFinder, failureLine, tell } from '../../src/service/told.ts'
import type { Choose } from '../../src/service/try-parsers.ts'
import type { Encoding } from '../../src/source/decode.ts'

export interface Reading {
  /** Texts of JSON objects, as `try` prints them. */
  readonly documents: readonly string[]
  readonly failures: readonly string[]
}
export interface ReadLogOptions {
  readonly timezone?: string
  readonly encoding?: Encoding
  /** Bytes to append, each when the ones before have been read. */
  readonly pieces?: readonly Uint8Array[]
  /** Its lines are envelopes: how they are read. */
  readonly wrapped?: Choose['wrapped']
}

// One for all files: each new one makes the next garbage collection a full one.
const arena = createArena(1 << 28)

/** Times of reading are this one: documents whose log gives no time carry it. */
const readingTime = Date.UTC(2030, 0, 1)

/** A time of reading, in a document. */
const read = /("@timestamp":"2030-01-01T00:)\d\d:\d\d\.\d{3}Z/

/** A file as `try` reads it: followed to its end, framed, decoded, parsed. */
export const readLog = async (
  grammar: Grammar,
  path: string,
  { timezone = 'UTC', encoding = 'utf-8', pieces = [], wrapped }: ReadLogOptions = {},
): Promise<Reading> => {
  const lineOf = createLineFinder(path)
  const documents: string[] = []
  const failures: string[] = []
  const tried = { grammar, transforms: [], dataset: grammar.name, timezone }
  // The first piece is there when the file is found.
  let next = Math.min(1, pieces.length)
  let wake = (): void => {}
  // Time goes on with the pieces, far enough to look again, not as far as to give up waiting for the rest of a record.
  let time = readingTime
  let done = false
  const grow = (): void => {
    if (done) return
    if (next >= pieces.length) {
      // All is there. How long a look at the directory is put off depends on how long the last one took.
      time += 10
      setTimeout(grow, 1).unref()
      return
    }
    appendFileSync(path, pieces[next++]!)
    time += 60
    wake()
    setTimeout(grow, 1)
  }
  if (pieces.length > 0) {
    writeFileSync(path, pieces[0]!)
    setTimeout(grow, 1)
  }
  const input = {
    path,
    arena,
    encoding,
    clock: () => time,
    goesOn: () => next < pieces.length,
    wakeWith: (given: () => void) => {
      wake = given
    },
  }
  const report = (text: string): never => {
    throw new Error(text)
  }
  for await (const { batch } of readInput(
    input,
    Object.assign(() => tried, wrapped === undefined ? {} : { wrapped }),
    report,
  )) {
    for (let row = 0; row < batch.count; row++) {
      if (batch.outcome[row] === outcome.live) documents.push(documentText(batch, row).replace(read, '$100:00.000Z'))
      else failures.push(failureLine(tell(batch, row, lineOf)))
    }
  }
  done = true
  return { documents, failures }
}
