import type { Command } from 'commander'
import { printDiagnostic } from '../event/diagnostic.ts'
import type { Config, Overrides } from '../service/load.ts'
import { Exit } from './exit.ts'

/** Options every command takes. */
export interface General {
  readonly config?: string
  readonly data?: string
  readonly logLevel?: string
  readonly logOutput?: string
  readonly verbose?: boolean
  readonly quiet?: boolean
  readonly store?: string
  readonly namespace?: string
}

export const withGeneral = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration (default: tailrace.config.ts here, then in /etc/tailrace)')
    .option('--data <dir>', 'data directory (default: ./data)')
    .option('--log-level <level>', "level of Tailrace's own log")
    .option('--log-output <kind>', "text or json, for Tailrace's own log")
    .option('-v, --verbose', 'the same as --log-level debug')
    .option('-q, --quiet', 'the same as --log-level error')

/** For commands that read the store. */
export const withStore = (command: Command): Command =>
  withGeneral(command)
    .option(
      '--store <store>',
      'duckdb, or the addresses of Elasticsearch or OpenSearch, separated by commas; of several that are configured one by its name',
    )
    .option('--namespace <name>', "namespace to ask (default: the running service's; embedded without a service: all)")

/** For commands about what is kept for each store. */
export const withStoreName = (command: Command): Command =>
  withGeneral(command).option('--store <name>', 'only what is kept for this store, where events go into several')

/** An option that may be given several times, or once with commas; those within parentheses separate nothing. */
export const manyOf = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(/,(?![^()]*\))/).map((part) => part.trim()),
]

export const withRange = (command: Command): Command =>
  command
    .option('--since <time>', 'ISO time, date or age, as 1h')
    .option('--last <age>', 'the same as --since with an age')
    .option('--until <time>', 'ISO time, date or age')
    .option('--dataset <names>', 'only these datasets, separated by commas or given again', manyOf)

export const overridesOf = (given: General): Overrides => {
  const level = given.logLevel ?? (given.verbose === true ? 'debug' : given.quiet === true ? 'error' : undefined)
  const { config, data, store, namespace, logOutput } = given
  const set = { config, data, store, namespace, logOutput, logLevel: level }
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined))
}

/** The configuration in force; every mistake in it goes to standard error, and then the command ends with 2. */
export const configured = async (overrides: Overrides): Promise<Config> => {
  const { loadConfig } = await import('../service/load.ts')
  const { config, problems, warnings } = await loadConfig(overrides, process.env)
  for (const warning of warnings) {
    if (config.logOutput === 'json')
      (await import('../telemetry/log.ts')).createLog({ level: 'warn', output: 'json', colour: false }).warn(warning)
    else process.stderr.write(`tailrace: ${warning}\n`)
  }
  if (problems.length > 0) throw new Exit(2, problems.map(printDiagnostic).join('\n'))
  return config
}

export const wholeNumber =
  (name: string) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < 0) throw new Exit(2, `${name} takes a whole number, not '${text}'`)
    return value
  }
