import { readFileSync } from 'node:fs'
import { enableCompileCache, findPackageJSON } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { resolveTailrace } from './resolve.ts'

enableCompileCache()
resolveTailrace()
// Before any pattern is first made: one made earlier keeps the engine that can take exponential time.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

const { Command, CommanderError } = await import('commander')
const { Exit } = await import('./exit.ts')
const { hideSecrets } = await import('../telemetry/secrets.ts')
const commands = await Promise.all([
  import('./run.ts').then(({ addRun }) => addRun),
  import('./check.ts').then(({ addCheck }) => addCheck),
  import('./reload.ts').then(({ addReload }) => addReload),
  import('./try.ts').then(({ addTry }) => addTry),
  import('./test.ts').then(({ addTest }) => addTest),
  import('./fingerprint.ts').then(({ addFingerprint }) => addFingerprint),
  import('./infer.ts').then(({ addInfer }) => addInfer),
  import('./password.ts').then(({ addPassword }) => addPassword),
  import('./search.ts').then(({ addSearch }) => addSearch),
  import('./stats.ts').then(({ addStats }) => addStats),
  import('./tail.ts').then(({ addTail }) => addTail),
  import('./lists.ts').then(({ addLists }) => addLists),
  import('./sources.ts').then(({ addSources }) => addSources),
  import('./dlq.ts').then(({ addDlq }) => addDlq),
  import('./reprocess.ts').then(({ addReprocess }) => addReprocess),
  import('./digest.ts').then(({ addDigest }) => addDigest),
  import('./reference.ts').then(({ addReference }) => addReference),
  import('./later.ts').then(({ addLater }) => addLater),
])

const { version } = JSON.parse(readFileSync(findPackageJSON(import.meta.url) as string, 'utf8')) as { version: string }
const program = new Command('tailrace')
  .description('Follows logs, parses them with typed grammars, and delivers every record exactly once.')
  .version(version, '--version', 'print the version')
  .showHelpAfterError("('tailrace --help' lists commands and options)")
  .exitOverride()
for (const add of commands) add(program)

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 3)
})
// A log that nobody reads any more is no reason to stop following.
process.stderr.on('error', () => undefined)

const complain = (text: string): void => void process.stderr.write(`${hideSecrets(text)}\n`)
// Node would print whatever hangs on the error. A diagnostic report, if the user asks Node for one, holds no variables.
process.on('uncaughtException', (error) => {
  complain(`tailrace: a fault of Tailrace itself: ${error.stack ?? String(error)}`)
  process.exit(3)
})
if (process.report !== undefined) process.report.excludeEnv = true

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof Exit || (error instanceof Error && error.name === 'OperationError')) {
    complain(error.message)
    process.exitCode = (error as { readonly status?: number }).status ?? 3
  } else {
    complain(
      `tailrace: ${error instanceof Error ? (process.env['DEBUG'] === undefined ? error.message : error.stack) : String(error)}`,
    )
    process.exitCode = 3
  }
}
