import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import type { Command } from 'commander'
import { Exit } from './exit.ts'
import { withGeneral } from './general.ts'

const run = async (file: string | undefined): Promise<void> => {
  const { default: split2 } = await import('split2')
  const { digest, fingerprint } = await import('../transform/fingerprint.ts')
  const { print } = await import('./output.ts')
  const input = file === undefined || file === '-' ? process.stdin : createReadStream(file)
  let failure: unknown
  const lines = pipeline(input, split2('\n'), (error) => {
    failure = error
  }) as AsyncIterable<string>
  let number = 0
  try {
    for await (const line of lines) {
      number++
      if (line.trim() === '') continue
      let statement: unknown
      try {
        statement = JSON.parse(line)
      } catch {
        throw new Exit(2, `line ${number} is no JSON: give one JSON string a line, as "SELECT 1"`)
      }
      if (typeof statement !== 'string')
        throw new Exit(2, `line ${number} is no JSON string: give one a line, as "SELECT 1"`)
      const text = fingerprint(statement)
      await print(`${JSON.stringify({ fingerprint: text, digest: digest(text) })}\n`)
    }
  } catch (error) {
    throw error instanceof Exit
      ? error
      : new Exit(3, `'${file ?? 'standard input'}' cannot be read: ${String(failure ?? error)}`)
  }
}

export const addFingerprint = (program: Command): void => {
  withGeneral(
    program.command('fingerprint').description('SQL statements in (a JSON string a line), fingerprint and digest out'),
  )
    .argument('[file]', 'else standard input')
    .action(run)
}
