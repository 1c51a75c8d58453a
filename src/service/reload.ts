import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Diagnostic, printDiagnostic } from '../event/diagnostic.ts'
import { changeOf } from '../pipeline/reload.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { changedModules, configurationFiles, dropUnusedModules, renewModules } from './fresh-modules.ts'
import type { Config, Loaded } from './load.ts'
import type { Troubles } from './troubles.ts'
import { type FileWatch, watchFiles } from './watch-files.ts'

export interface ReloadOptions {
  /** In force when the service started. */
  readonly config: Config
  /** Reads and checks everything; `file`: the configuration that is in force. */
  readonly load: (file: string | undefined) => Promise<Loaded>
  /** Puts it in force; throws where a part of it does not go. */
  readonly apply: (config: Config) => Promise<void>
  readonly log: Logger
  readonly metrics: Metrics
  readonly troubles: Troubles
}

/** Reads the configuration again when it is asked to and when its files change; one with mistakes changes nothing. */
export interface Reload {
  /** Soon, from now on or from `start` on: what is asked meanwhile is one. */
  request(why: string): void
  start(): void
  stop(): Promise<void>
}

/**
 * Between looks at the files, for what no event told of. A change counts once it stayed as it is from one look to the
 * next.
 */
const lookEvery = 1000
/** A signal to the whole group reaches the launcher and the service. */
const gather = 200

/** What a running service cannot change: its name in the configuration. */
const fixed = {
  data: 'data',
  store: 'store',
  also: 'store',
  namespace: 'namespace',
  role: 'role',
  memory: 'memory',
  logOutput: 'log.output',
} as const satisfies Partial<Record<keyof Config, string>>
const fixedNames = Object.keys(fixed) as (keyof typeof fixed)[]

/** The new configuration as far as it can be in force without a restart, and what of it cannot. */
const withinReach = (before: Config, after: Config): { readonly config: Config; readonly later: readonly string[] } => {
  const later = fixedNames.filter((name) => !isDeepStrictEqual(before[name], after[name]))
  const kept = Object.fromEntries(fixedNames.map((name) => [name, before[name]])) as Pick<Config, keyof typeof fixed>
  return { config: { ...after, ...kept, state: before.state }, later: [...new Set(later.map((name) => fixed[name]))] }
}

/** What becomes of each pipeline, for the log. */
const describeChange = (before: Config, after: Config): string => {
  const zoned = ({ pipelines, timezone }: Config) =>
    new Map(pipelines.map((one) => [one.source.name, { ...one, timezone: one.timezone ?? timezone }]))
  const [old, now] = [zoned(before), zoned(after)]
  const words = { nothing: [], parsing: [], source: [], begins: [], ends: [] } as Record<string, string[]>
  for (const [name, pipeline] of now) {
    const was = old.get(name)
    words[was === undefined ? 'begins' : changeOf(was, pipeline)]!.push(pipeline.name)
  }
  for (const [name, pipeline] of old) if (!now.has(name)) words['ends']!.push(pipeline.name)
  const sentences = {
    begins: 'begins',
    ends: 'ends',
    source: 'is opened anew',
    parsing: 'reads on with its new definition',
    nothing: 'as before',
  }
  const told = Object.entries(sentences).flatMap(([kind, text]) =>
    words[kind]!.length === 0 ? [] : [`${words[kind]!.join(', ')}: ${text}`],
  )
  return told.join('; ')
}

export const createReload = ({ config, load, apply, log, metrics, troubles }: ReloadOptions): Reload => {
  let inForce = config
  let started = false
  let asked: string | undefined
  let mistaken = false
  let seen = ''
  let round = 0
  let timer: NodeJS.Timeout | undefined
  let watching: Promise<FileWatch> | undefined
  let running: Promise<void> | undefined
  const stopping = new AbortController()
  const about = (): string => inForce.file ?? 'the configuration'

  const refuse = (problems: readonly Diagnostic[]): void => {
    mistaken = true
    metrics.reloads.inc({ result: 'refused' })
    metrics.configRefused.set(1)
    const all = [...new Set(problems.map(printDiagnostic))]
    for (const text of all) log.error(text)
    const count = all.length === 1 ? 'a mistake' : `${all.length} mistakes`
    const text = `the configuration on disk has ${count} and the one before stays in force; 'tailrace check' shows ${all.length === 1 ? 'it' : 'them'}: ${all[0]}`
    log.error(text)
    troubles.set('configuration', { kind: 'configuration', about: about(), text, blocks: false })
  }
  const take = (next: Config, why: string): void => {
    const { config: wanted, later } = withinReach(inForce, next)
    const before = inForce
    inForce = wanted
    mistaken = false
    metrics.configRefused.set(0)
    const restart = later.length === 0 ? '' : `; takes effect after a restart: ${later.join(', ')}`
    const text = `${why}: the configuration is read again. ${describeChange(before, wanted)}${restart}`
    if (later.length === 0) troubles.clear('configuration')
    else
      troubles.set('configuration', {
        kind: 'configuration',
        about: about(),
        text: `what the configuration says of ${later.join(', ')} takes effect after a restart`,
        blocks: false,
      })
    log.info(text)
    const mine = ++round
    // Not waited for: a store that is away must not keep the next configuration from being looked at.
    apply(wanted).then(
      () => {
        metrics.reloads.inc({ result: 'applied' })
        if (mine === round) log.info('the configuration is in force')
      },
      (error: unknown) => {
        if (stopping.signal.aborted) return
        metrics.reloads.inc({ result: 'failed' })
        const trouble = `a part of the configuration could not be put in force, and what was before it goes on: ${error instanceof Error ? error.message : String(error)}`
        log.error(trouble)
        if (mine === round)
          troubles.set('configuration', { kind: 'configuration', about: about(), text: trouble, blocks: false })
      },
    )
  }
  const once = async (why: string): Promise<void> => {
    renewModules({ also: inForce.file, all: mistaken })
    try {
      const { config: next, problems, warnings } = await load(inForce.file)
      for (const warning of warnings) log.warn(warning)
      if (problems.length > 0) return refuse(problems)
      dropUnusedModules()
      take(next, why)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      refuse([{ file: about(), text: `it cannot be loaded: ${text}`, mend: 'Mend the place that is named' }])
    }
  }
  const run = async (): Promise<void> => {
    while (asked !== undefined && !stopping.signal.aborted) {
      await sleep(gather, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      const why = asked
      asked = undefined
      await once(why)
      ;(await watching)?.keep(configurationFiles())
    }
  }
  const go = (): void => {
    if (!started || asked === undefined || running !== undefined) return
    running = run().finally(() => {
      running = undefined
      go()
    })
  }
  const request = (why: string): void => {
    asked ??= why
    go()
  }
  const look = (): void => {
    const now = changedModules()
    if (now !== '' && now === seen) request('its files changed')
    seen = now
  }

  return {
    request,
    start() {
      started = true
      timer = setInterval(look, lookEvery)
      watching = watchFiles(() => {
        if (changedModules() !== '') request('its files changed')
      })
      void watching.then((watch) => watch.keep(configurationFiles()))
      go()
    },
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await (await watching)?.close()
      await running
    },
  }
}
