import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Diagnostic, printDiagnostic } from '../event/diagnostic.ts'
import { changeOf } from '../pipeline/reload.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type DryRun, tellDryRun } from './dry-run.ts'
import { changedModules, configurationFiles, dropUnusedModules, renewModules } from './fresh-modules.ts'
import { zonedPipelines } from './line.ts'
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
  /** Reads the last lines with the parsers of both. */
  readonly dryRun: (before: Config, after: Config) => Promise<readonly DryRun[]>
  readonly log: Logger
  readonly metrics: Metrics
  readonly troubles: Troubles
}

/** Reads the configuration again when it is asked to and when its files change; one with mistakes changes nothing. */
export interface Reload {
  /** Soon, from now on or from `start` on: what is asked meanwhile is one. */
  request(why: string): void
  /** The same, and says what came of it. */
  ask(how: { /** Also where clearly fewer lines parse. */ readonly force: boolean }): Promise<Told>
  start(): void
  stop(): Promise<void>
}

/** What came of reading the configuration again. */
export interface Told {
  readonly outcome: 'taken' | 'refused'
  /** In a sentence. */
  readonly text: string
  /** Mistakes of the configuration, each in a sentence. */
  readonly mistakes: readonly string[]
  /** Of the pipelines whose parsers change and whose files hold lines. */
  readonly dryRuns: readonly DryRun[]
}

interface Asked {
  readonly why: string
  readonly force: boolean
  readonly answer: PromiseWithResolvers<Told>
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
  const zoned = (config: Config) => new Map(zonedPipelines(config).map((one) => [one.source.name, one]))
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

export const createReload = ({ config, load, apply, dryRun, log, metrics, troubles }: ReloadOptions): Reload => {
  let inForce = config
  let started = false
  const asked: Asked[] = []
  let mistaken = false
  let seen = ''
  let round = 0
  let timer: NodeJS.Timeout | undefined
  let watching: Promise<FileWatch> | undefined
  let running: Promise<void> | undefined
  const stopping = new AbortController()
  const about = (): string => inForce.file ?? 'the configuration'

  /** What is on disk does not come into force. */
  const refuse = (text: string): void => {
    mistaken = true
    metrics.reloads.inc({ result: 'refused' })
    metrics.configRefused.set(1)
    log.error(text)
    troubles.set('configuration', { kind: 'configuration', about: about(), text, blocks: false })
  }
  const refuseMistakes = (problems: readonly Diagnostic[]): Told => {
    const mistakes = [...new Set(problems.map(printDiagnostic))]
    for (const mistake of mistakes) log.error(mistake)
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    const text = `the configuration on disk has ${count} and the one before stays in force; 'tailrace check' shows ${mistakes.length === 1 ? 'it' : 'them'}: ${mistakes[0]}`
    refuse(text)
    return { outcome: 'refused', text, mistakes, dryRuns: [] }
  }
  const refuseWorse = (worse: readonly DryRun[]): string => {
    const names = worse.map(({ pipeline }) => pipeline).join(', ')
    const text = `clearly fewer lines of ${names} would parse, so the configuration before stays in force. 'tailrace reload' tries again once they are written as it reads them, 'tailrace reload --force' takes it all the same. ${worse.map(tellDryRun).join('. ')}`
    refuse(text)
    return text
  }
  const take = (next: Config, why: string): string => {
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
    return text
  }
  /** The dry run is a help: where it cannot be had, that is said, and nothing is held up. */
  const tried = (next: Config): Promise<readonly DryRun[]> =>
    dryRun(inForce, next).catch((error: unknown) => {
      log.warn(`the last lines could not be tried with the new parsers: ${String(error)}`)
      return []
    })
  const once = async ({ why, force }: Asked): Promise<Told> => {
    renewModules({ also: inForce.file, all: mistaken })
    try {
      const { config: next, problems, warnings } = await load(inForce.file)
      for (const warning of warnings) log.warn(warning)
      if (problems.length > 0) return refuseMistakes(problems)
      dropUnusedModules()
      const dryRuns = await tried(next)
      for (const one of dryRuns) log.info(tellDryRun(one))
      const worse = dryRuns.filter((one) => one.worse)
      const isRefused = worse.length > 0 && !force
      const text = isRefused ? refuseWorse(worse) : take(next, why)
      return { outcome: isRefused ? 'refused' : 'taken', text, mistakes: [], dryRuns }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      return refuseMistakes([
        { file: about(), text: `it cannot be loaded: ${text}`, mend: 'Mend the place that is named' },
      ])
    }
  }
  const run = async (): Promise<void> => {
    while (asked.length > 0 && !stopping.signal.aborted) {
      await sleep(gather, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      const next = asked.shift()!
      next.answer.resolve(await once(next))
      ;(await watching)?.keep(configurationFiles())
    }
  }
  const go = (): void => {
    if (!started || asked.length === 0 || running !== undefined) return
    running = run().finally(() => {
      running = undefined
      go()
    })
  }
  const add = (why: string, force: boolean): Promise<Told> => {
    const answer = Promise.withResolvers<Told>()
    asked.push({ why, force, answer })
    go()
    return answer.promise
  }
  const request = (why: string): void => {
    if (asked.length === 0) void add(why, false)
  }
  const look = (): void => {
    const now = changedModules()
    if (now !== '' && now === seen) request('its files changed')
    seen = now
  }

  return {
    request,
    ask: ({ force }) => add(force ? "'tailrace reload --force'" : "'tailrace reload'", force),
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
