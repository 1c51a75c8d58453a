import { once } from 'node:events'
import { expect } from 'vitest'
import { type ScratchDir, scratchDir } from './scratch-dir.ts'
import { begin, type Ended, tailrace } from './tailrace.ts'

type Row = Readonly<Record<string, unknown>>

/** Rows of `--format ndjson`. */
export const rowsOf = (text: string): Row[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

/** A service as an operator runs it, in a directory of its own, with the commands that ask about it. */
export interface Service extends AsyncDisposable {
  readonly directory: string
  start(): void
  /** What it said on standard error, over all its lives. */
  said(): string
  /** Sends the signal; the service goes on. */
  send(signal: NodeJS.Signals): void
  /** Sends the signal and resolves with the exit code, null where the signal itself ended it. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
  run(args: readonly string[]): Promise<Ended>
  /** Rows of a command that must succeed. */
  rows(args: readonly string[]): Promise<Row[]>
  /** What `ledger --verify` says in its last line; each row must balance and the store must hold what was stored. */
  accounted(): Promise<Row>
}

export const createService = (
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  web = false,
): Service => {
  const scratch: ScratchDir = scratchDir('tailrace-service')
  let child: ReturnType<typeof begin> | undefined
  let said = ''
  const run = (asked: readonly string[]): Promise<Ended> => tailrace(scratch.path, asked, { environment })
  const rows = async (asked: readonly string[]): Promise<Row[]> => {
    const { code, out, err } = await run([...asked, '--format', 'ndjson'])
    expect(code, err).toBe(0)
    return rowsOf(out)
  }
  const end: Service['end'] = async (signal) => {
    const ending = child
    if (ending === undefined) return null
    child = undefined
    // One that ended by itself closes no second time.
    if (ending.exitCode !== null || ending.signalCode !== null) return ending.exitCode
    const closed = once(ending, 'close')
    ending.kill(signal)
    return ((await closed) as [number | null])[0]
  }
  return {
    directory: scratch.path,
    start() {
      child = begin(scratch.path, ['run', ...(web ? [] : ['--no-web']), ...args], environment)
      child.stdout!.resume()
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    },
    said: () => said,
    send: (signal) => void child?.kill(signal),
    end,
    run,
    rows,
    async accounted() {
      const all = await rows(['ledger', '--verify'])
      for (const row of all.slice(0, -1)) expect(row).toMatchObject({ balanced: true, closed: true })
      return all.at(-1)!['total'] as Row
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL')
      scratch.remove()
    },
  }
}
