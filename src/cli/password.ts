import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { Exit } from './exit.ts'
import { withGeneral } from './general.ts'

const fewest = 8

/** Asks twice at the terminal; what is typed is not shown. */
const askHidden = async (): Promise<string> => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  const left = new AbortController()
  terminal.once('SIGINT', () => left.abort()).once('close', () => left.abort())
  const lines: string[] = []
  try {
    for (const question of ['Password: ', 'Once more: ']) {
      process.stderr.write(question)
      lines.push(await terminal.question('', { signal: left.signal }))
      process.stderr.write('\n')
    }
  } catch {
    throw new Exit(130, '\nnothing was made')
  } finally {
    terminal.close()
  }
  const [first = '', second] = lines
  if (first !== second) throw new Exit(2, 'the two are not the same')
  return first
}

const readPassword = async (): Promise<string> =>
  process.stdin.isTTY ? askHidden() : (await text(process.stdin)).replace(/\r?\n$/, '')

const run = async (): Promise<void> => {
  const password = await readPassword()
  if (/[\r\n]/.test(password)) throw new Exit(2, 'a password is one line')
  if ([...password].length < fewest) throw new Exit(2, `a password has at least ${fewest} characters`)
  const { hashPassword } = await import('../access/password.ts')
  const { print } = await import('./output.ts')
  await print(`${await hashPassword(password)}\n`)
}

export const addPassword = (program: Command): void => {
  withGeneral(
    program
      .command('password')
      .description(
        'reads a password (at the terminal unseen, else from standard input) and prints its hash for web.users',
      ),
  ).action(run)
}
