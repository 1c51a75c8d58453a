import type { Command } from 'commander'
import { Exit } from './exit.ts'
import { withGeneral } from './general.ts'
import { inputLines } from './input-lines.ts'

const run = async (file: string | undefined): Promise<void> => {
  const { digest, fingerprint } = await import('../transform/fingerprint.ts')
  const { print } = await import('./output.ts')
  let number = 0
  for await (const line of inputLines(file)) {
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
}

export const addFingerprint = (program: Command): void => {
  withGeneral(
    program.command('fingerprint').description('SQL statements in (a JSON string a line), fingerprint and digest out'),
  )
    .argument('[file]', 'else standard input')
    .action(run)
}
