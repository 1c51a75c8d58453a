import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sample } from './benchmark.ts'

const root = join(import.meta.dirname, '../..')
const usage = join(root, 'bench/process/usage.ts')
/** The program as a user starts it. */
export const tailrace = join(root, 'src/cli/main.ts')
export const processFile = (name: string): string => join(root, 'bench/process', `${name}.ts`)

/** Without the variables that configure the program: a run must not depend on who starts it. */
const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TAILRACE_'))),
  ...more,
})

/** Starts a script; its output is kept for the case that it fails. */
export const start = (script: string, args: readonly string[], usageFile?: string, node: readonly string[] = []) => {
  const counted = usageFile === undefined ? [] : ['--import', usage]
  const child: ChildProcess = spawn(process.execPath, [...node, ...counted, script, ...args], {
    env: environment(usageFile === undefined ? {} : { BENCH_USAGE: usageFile }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-10_000)
    })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  return { child, ended, said: () => said }
}

const done = async (
  { ended, said }: ReturnType<typeof start>,
  script: string,
  args: readonly string[],
): Promise<void> => {
  const [code, signal] = await ended
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code ?? signal}:\n${said()}`)
}

/** Runs a script to its end, with options for Node itself, and tells what the process took. Throws with what it said where it failed. */
export const measureProcess = async (
  folder: string,
  script: string,
  args: readonly string[],
  node: readonly string[] = [],
): Promise<Sample> => {
  const own = await mkdtemp(join(folder, 'usage-'))
  const file = join(own, 'usage.json')
  await done(start(script, args, file, node), script, args)
  const sample = JSON.parse(await readFile(file, 'utf8')) as Sample
  await rm(own, { recursive: true })
  return sample
}

/** What a script writes to standard output. */
export const outputOf = async (script: string, args: readonly string[]): Promise<string> => {
  const started = start(script, args)
  let out = ''
  started.child.stdout!.on('data', (text: string) => {
    out += text
  })
  await done(started, script, args)
  return out
}

/** Seconds from starting a script to its end, as a user waits for it. */
export const secondsOf = async (script: string, args: readonly string[]): Promise<number> => {
  const begun = performance.now()
  await done(start(script, args), script, args)
  return (performance.now() - begun) / 1000
}
