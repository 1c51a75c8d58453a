import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { Exit } from './exit.ts'

/** The lines of a file, or of standard input where none (or `-`) is named; one that cannot be read ends with 3. */
export async function* inputLines(file: string | undefined): AsyncGenerator<string> {
  const { default: split2 } = await import('split2')
  const input = file === undefined || file === '-' ? process.stdin : createReadStream(file)
  let failure: unknown
  const lines = pipeline(input, split2('\n'), (error) => {
    failure = error
  }) as AsyncIterable<string>
  try {
    yield* lines
  } catch (error) {
    throw new Exit(3, `'${file ?? 'standard input'}' cannot be read: ${String(failure ?? error)}`)
  }
}
