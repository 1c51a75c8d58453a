import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { askControl, controlVariable } from './control.ts'
import { waitUntil } from './wait-until.ts'

export interface ServerProcess {
  readonly pid: number
  /** Whether it still runs. */
  readonly running: boolean
  /** What it said on both outputs, the last 64 KiB. */
  output(): string
  signal(signal: NodeJS.Signals): void
  /** Stops it and its children where they are (SIGSTOP); resolves once they stand. `goOn` lets them run again. */
  stand(): Promise<void>
  goOn(): void
  /** Resolves with exit code or signal once it is gone; SIGKILL follows after 10 s. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/**
 * Starts a program in a process group of its own. It ends with the test run at the latest, whatever becomes of the
 * test, and `folder` is then deleted.
 */
export async function startServer(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; folder?: string } = {},
): Promise<ServerProcess> {
  const { folder, ...rest } = options
  const child: ChildProcess = spawn(program, args, {
    ...rest,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said = (said + chunk).slice(-65_536)
    })
  }
  await once(child, 'spawn')
  const pid = child.pid as number
  const known = process.env[controlVariable] !== undefined
  if (known) await askControl('/adopt', folder === undefined ? { pid } : { pid, folder })
  const killNow = () => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {}
  }
  process.once('exit', killNow)
  const gone = once(child, 'exit').then(async ([code, signal]) => {
    process.off('exit', killNow)
    if (known) await askControl('/release', { pid }).catch(() => {})
    return (code ?? signal) as number | NodeJS.Signals
  })
  return {
    pid,
    get running() {
      return child.exitCode === null && child.signalCode === null
    },
    output: () => said,
    signal: (signal) => child.kill(signal),
    async stand() {
      process.kill(-pid, 'SIGSTOP')
      await waitUntil('every process stands', () => statesOf(pid).every((state) => state === 'T'))
    },
    goOn: () => void process.kill(-pid, 'SIGCONT'),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const late = setTimeout(killNow, 10_000)
      const result = await gone
      clearTimeout(late)
      return result
    },
  }
}

/** State letters of the processes of a group, as `/proc` shows them. */
const statesOf = (group: number): string[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // After the name in brackets, which may hold anything: state, parent, group.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state = '', , owner] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(owner) === group ? [state] : []
    } catch {
      return []
    }
  })
