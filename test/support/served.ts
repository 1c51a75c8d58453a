import { once } from 'node:events'
import { begin } from './tailrace.ts'

/** `tailrace run` in a directory, as a test starts and ends it. */
export interface Served {
  /** Of the process that was started last. */
  readonly pid: number | undefined
  /** What it said on standard error since it was last started. */
  readonly said: string
  run(args: readonly string[], environment: Readonly<Record<string, string>>): void
  /** Resolves when it has ended; at once where it does not run. */
  end(signal: NodeJS.Signals): Promise<void>
}

export const served = (directory: string): Served => {
  let child: ReturnType<typeof begin> | undefined
  let said = ''
  return {
    get pid() {
      return child?.pid
    },
    get said() {
      return said
    },
    run(args, environment) {
      said = ''
      child = begin(directory, ['run', ...args], environment)
      child.stdout!.resume()
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    },
    async end(signal) {
      const ending = child
      child = undefined
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
      const closed = once(ending, 'close')
      ending.kill(signal)
      await closed
    },
  }
}
