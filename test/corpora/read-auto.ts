import { readFileSync } from 'node:fs'
import { outcome } from '../../src/event/batch.ts'
import { OperationError } from '../../src/service/control.ts'
import { readInput } from '../../src/service/read-input.ts'
import { createLineFinder, failureLine, tell } from '../../src/service/told.ts'
import { chooseFor } from '../../src/service/try-parsers.ts'
import type { Encoding } from '../../src/source/decode.ts'

export interface AutoReading {
  /** What `try auto` says of it: recognised as what and why, or why it is refused. */
  readonly said: readonly string[]
  readonly refused: boolean
  readonly records: number
  readonly parsed: number
  /** JSON objects, as `try --failures` writes them. */
  readonly failures: readonly object[]
}

/** Lines that are not blank, the slow way. */
export const countLines = (path: string): number =>
  readFileSync(path, 'latin1')
    .split('\n')
    .filter((line) => /[^\s\0]/.test(line)).length

/** A file as `try auto` reads it. */
export const readAuto = async (path: string, encoding?: Encoding): Promise<AutoReading> => {
  const said: string[] = []
  const choice = await chooseFor({ parser: 'auto', file: path, enrich: false, explain: false }, (text) => {
    said.push(text)
  })
  const failures: object[] = []
  let records = 0
  try {
    const lineOf = createLineFinder(path)
    const input = { path, ...(encoding === undefined ? {} : { encoding }) }
    for await (const { batch } of readInput(input, choice, (text) => said.push(text))) {
      records += batch.count
      for (let row = 0; row < batch.count; row++)
        if (batch.outcome[row] === outcome.dead)
          failures.push(JSON.parse(failureLine(tell(batch, row, lineOf))) as object)
    }
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    return { said: [...said, error.message], refused: true, records: countLines(path), parsed: 0, failures: [] }
  }
  return { said, refused: false, records, parsed: records - failures.length, failures }
}
