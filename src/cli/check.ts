import type { Command } from 'commander'
import { printDiagnostic } from '../event/diagnostic.ts'
import type { CheckedLive } from '../service/check-live.ts'
import type { CheckedLock } from '../service/check-lock.ts'
import type { Config } from '../service/load.ts'
import type { Laid } from '../store/store.ts'
import { hideSecrets, isSecretName, mask } from '../telemetry/secrets.ts'
import { Exit } from './exit.ts'
import { configured, type General, overridesOf, withStore } from './general.ts'

interface Options extends General {
  readonly live?: boolean
  readonly updateLock?: boolean
}

/** What there is to say of the lock of fields where nothing breaks it. */
const tellOfLock = ({ path, exists, added }: CheckedLock): void => {
  if (!exists)
    process.stderr.write(
      `tailrace: there is no lock of fields (${path}); 'tailrace check --update-lock' writes one, and then check tells what a change breaks\n`,
    )
  else if (added.length > 0)
    process.stderr.write(
      `tailrace: new since ${path} was written: ${added.join('; ')}; 'tailrace check --update-lock' adds them\n`,
    )
}

/** Asks the running service, else each store, how the datasets lie there. */
const compareWithStores = async (options: Options, config: Config): Promise<CheckedLive> => {
  const { compareLive } = await import('../service/check-live.ts')
  const { otherStores } = await import('../service/other-stores.ts')
  const { schemasOf } = await import('../service/schemas-of.ts')
  const { ask } = await import('./ask.ts')
  const others = otherStores(config)
  const asked = { datasets: [...schemasOf(config.pipelines).keys()], namespace: config.namespace }
  const compared: CheckedLive[] = []
  for (const { name, config: of } of [{ name: config.store.kind, config }, ...others]) {
    const laid: Laid[] = []
    const from = others.length === 0 ? options : { ...options, store: name }
    for await (const row of ask(from, 'layout', asked)) laid.push(JSON.parse(row) as Laid)
    if (laid.length === 0)
      process.stderr.write(
        `tailrace: the store${others.length === 0 ? '' : ` ${name}`} holds nothing of these datasets yet\n`,
      )
    compared.push(compareLive(of, laid))
  }
  return {
    problems: compared.flatMap(({ problems }) => problems),
    notes: compared.flatMap(({ notes }) => notes),
  }
}

const check = async (options: Options): Promise<void> => {
  const { checkConfig } = await import('../service/check-config.ts')
  const isUpdate = options.updateLock === true
  const { config, problems, warnings, grammars, lock } = await checkConfig(overridesOf(options), process.env, {
    formats: true,
    lock: !isUpdate,
  })
  const live = options.live === true && problems.length === 0 ? await compareWithStores(options, config) : undefined
  const all = new Set([...problems, ...(live?.problems ?? [])].map(printDiagnostic))
  for (const note of [...warnings, ...(live?.notes ?? [])]) process.stderr.write(`tailrace: ${note}\n`)
  if (all.size > 0) {
    process.stdout.write(`${hideSecrets([...all].join('\n'))}\n`)
    throw new Exit(1, `${all.size} ${all.size === 1 ? 'mistake' : 'mistakes'}`)
  }
  process.stdout.write(
    `${grammars} parsers, ${config.pipelines.length} pipelines, ${config.rules.length} rules: no mistake\n`,
  )
  if (isUpdate) {
    const { updateLock } = await import('../service/check-lock.ts')
    process.stdout.write(`${await updateLock(config)} holds the fields of ${config.pipelines.length} pipelines now\n`)
  } else if (lock !== undefined) tellOfLock(lock)
}

const masked = (name: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value
  return isSecretName(name) && value !== '' ? mask : hideSecrets(value)
}

const showConfig = async (options: General): Promise<void> => {
  const config = await configured(overridesOf(options))
  const shown = {
    ...config,
    pipelines: config.pipelines.map(({ name, source, parsers, transforms, dataset }) => ({
      name,
      source: { name: source.name, ...('paths' in source ? { paths: source.paths } : {}) },
      parsers: parsers.map((parser) => parser.name),
      ...(dataset === undefined ? {} : { dataset }),
      transforms: transforms.map((step) => step.name),
    })),
    // Who knows the path can pretend to be this process.
    ...(config.heartbeat === undefined
      ? {}
      : { heartbeat: { ...config.heartbeat, url: `${new URL(config.heartbeat.url).origin}/********` } }),
    rules: config.rules.map(({ problems: _problems, ...rule }) => rule),
  }
  process.stdout.write(`${JSON.stringify(shown, masked, 2)}\n`)
}

export const addCheck = (program: Command): void => {
  withStore(program.command('check').alias('validate').description('load every definition and print every mistake'))
    .option('--live', 'also compare with how the datasets lie in the store: mappings, templates, columns')
    .option(
      '--update-lock',
      'write down which fields documents hold, for later checks: FILE.lock.json beside FILE.config.ts',
    )
    .action(check)
  withStore(program.command('config').description('the configuration in force, secrets masked')).action(showConfig)
}
