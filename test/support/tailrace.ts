import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

/** What starts the program: Node and its first argument. */
export const command: readonly [string, string] = [process.execPath, main]

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

type Environment = Readonly<Record<string, string>>

/** What this machine sets for a Tailrace of its own must not reach the one that is tested. */
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^TAILRACE_(?!TEST_)/.test(name)))

/** The program as a user starts it, in a directory of its own. */
export const begin = (cwd: string, args: readonly string[], environment: Environment = {}): ChildProcess =>
  spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...inherited, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })

export const tailrace = async (
  cwd: string,
  args: readonly string[],
  { input = '', environment = {} }: { readonly input?: string; readonly environment?: Environment } = {},
): Promise<Ended> => {
  const child = begin(cwd, args, environment)
  let out = ''
  let err = ''
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk
  })
  child.stdin!.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** Lines of an nginx access log, each with its own number in it. */
export const accessLines = (count: number, first = 0): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `203.0.113.${(i % 250) + 1} - - [11/Feb/2026:06:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')} +0000] "GET /orders/${first + i} HTTP/1.1" ${i % 10 === 0 ? 500 : 200} 512 "-" "curl/8.5.0"\n`,
  ).join('')
