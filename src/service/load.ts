import { join, resolve } from 'node:path'
import type { Rule } from '../alert/rule.ts'
import { isReference, type Text } from '../config/env.ts'
import type { NotifierSettings, StoreSettings } from '../config/settings.ts'
import { isTimezone, parseSize } from '../config/units.ts'
import {
  laterVariables,
  readVariable,
  secretVariables,
  unknownVariables,
  type VariableName,
} from '../config/variables.ts'
import { byPlace, type Diagnostic, diagnose } from '../event/diagnostic.ts'
import { parseDuration } from '../event/units.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { Retention } from '../store/store.ts'
import { type LogLevel, logLevels } from '../telemetry/log.ts'
import { learnSecrets } from '../telemetry/secrets.ts'
import { checkListening } from './check-listening.ts'
import { checkSettings, type Path, type Wrong } from './check-settings.ts'
import { checkShared } from './check-shared.ts'
import type { UserConfig } from './config.ts'
import { withFormats } from './formats.ts'
import { createLocator, findConfig, importConfig } from './import-config.ts'
import type { LetterLimits } from './letters-room.ts'
import { type Heartbeat, heartbeatOf } from './load-heartbeat.ts'
import { type DigestRoute, digestOf, notifiersOf } from './load-notify.ts'
import { pipelinesOf, sourceVariables } from './load-pipelines.ts'
import { storeOf } from './load-store.ts'
import { type WebConfig, webOf } from './load-web.ts'
import { storeId } from './open-store.ts'

/** The configuration in force: everything resolved, nothing optional that has a default. */
export interface Config {
  readonly file: string | undefined
  readonly data: string
  /** Directory of what analysis keeps: alerts, schedules. */
  readonly state: string
  readonly namespace: string
  readonly timezone: string
  readonly role: 'all' | 'ship' | 'analyse'
  readonly store: StoreSettings
  /** Filled beside it, each by itself; no question goes to them. */
  readonly also: readonly StoreSettings[]
  readonly pipelines: readonly Pipeline[]
  readonly rules: readonly Rule[]
  readonly web: WebConfig | false
  readonly notify: Readonly<Record<string, NotifierSettings>>
  /** False: none is mailed; the command still answers. */
  readonly digest: DigestRoute | false
  readonly heartbeat?: Heartbeat
  readonly retention: readonly Retention[]
  readonly deadLetters: LetterLimits
  /** Bytes of the arena. */
  readonly memory: number
  /** Milliseconds. */
  readonly grace: number
  readonly logLevel: LogLevel
  readonly logOutput: 'text' | 'json'
  /** A store address or a source was named: the demo does not start then. */
  readonly configured: boolean
}

/** What the command line says; it wins over everything. */
export interface Overrides {
  readonly config?: string
  readonly data?: string
  readonly store?: string
  readonly namespace?: string
  readonly timezone?: string
  readonly role?: string
  readonly grace?: string
  readonly web?: boolean
  readonly logLevel?: string
  readonly logOutput?: string
  /** Instead of the configured pipelines. */
  readonly pipelines?: readonly Pipeline[]
}

export interface Loaded {
  readonly config: Config
  readonly problems: readonly Diagnostic[]
  readonly warnings: readonly string[]
}

/** Just where the data lies: what a command needs to find the running service. */
export const dataDirectory = async (
  overrides: Overrides,
  environment: Readonly<Record<string, string | undefined>>,
  cwd = process.cwd(),
): Promise<string> => {
  const named = overrides.data ?? readVariable('TAILRACE_DATA', environment, [])
  if (named !== undefined) return resolve(cwd, named)
  const file = findConfig(overrides.config, cwd)
  const defined = file === undefined ? undefined : await importConfig(file, [])
  return resolve(cwd, checkSettings(defined?.settings ?? {}).sound.data ?? 'data')
}

/** Loads and checks everything; every mistake is in `problems`, and `config` may be used only where there is none. */
export const loadConfig = async (
  overrides: Overrides,
  environment: Readonly<Record<string, string | undefined>>,
  cwd = process.cwd(),
): Promise<Loaded> => {
  const problems: Diagnostic[] = []
  const warnings: string[] = []
  const file = findConfig(overrides.config, cwd)
  const defined = file === undefined ? undefined : await importConfig(file, problems)
  const { sound: user, mistakes } = checkSettings(defined?.settings ?? {})
  const locate = createLocator(defined)
  for (const { path, ...mistake } of mistakes) problems.push({ ...locate(path), ...mistake })
  const variable = (name: VariableName): string | undefined => {
    const value = readVariable(name, environment, problems)
    learnSecrets(value)
    return value
  }
  // Also those that nothing asks for now.
  for (const name of secretVariables) learnSecrets(readVariable(name, environment, []), 'secret')
  const wrong: Wrong = (text, mend, path = []) => {
    const value = valueAt(user, path)
    // What the command line or a variable says stands at no place of the file: another value is quoted then.
    const here = value !== undefined && (typeof value !== 'string' || !text.includes("'") || text.includes(value))
    problems.push({ ...(here ? locate(path) : {}), text, mend })
  }

  for (const name of unknownVariables(environment))
    warnings.push(`${name} is not a variable of Tailrace; it changes nothing`)
  for (const name of laterVariables)
    if (environment[name] !== undefined || environment[`${name}_FILE`] !== undefined)
      warnings.push(`${name} is set, but this version has nothing yet that listens to it`)

  const text = (given: Text | undefined): string | undefined => {
    if (!isReference(given)) return given
    const value = readVariable(given.name, environment, problems) ?? given.fallback
    if (value === undefined)
      problems.push(
        diagnose(given.site, `environment variable ${given.name} is not set`, `Set it, or ${given.name}_FILE`),
      )
    else learnSecrets(value, given.secret ? 'secret' : '')
    return value
  }
  const resolveTexts = <T extends object>(settings: T): T =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [
        name,
        isReference(value)
          ? text(value)
          : Array.isArray(value)
            ? value.map((item: unknown) => (isReference(item) ? text(item) : item))
            : value,
      ]),
    ) as T
  const checked = <T>(path: Path, given: string, value: T | undefined, takes: string, fallback: T): T => {
    if (value !== undefined) return value
    wrong(`${path.filter((part) => typeof part === 'string').join('.')} is '${given}'`, `It takes ${takes}`, path)
    return fallback
  }

  const storeText = overrides.store ?? variable('TAILRACE_STORE')
  const [first, ...more] = user.store === undefined ? [] : [user.store].flat()
  const store = resolveTexts(storeOf(storeText, first, variable, wrong))
  // Who names a store outside the file means this one.
  const also = storeText === undefined ? more.map(resolveTexts) : []
  const ids = [store, ...also].map(storeId)
  for (const [i, id] of ids.entries())
    if (ids.indexOf(id) < i)
      wrong(`store[${i}] is the same as store[${ids.indexOf(id)}]`, 'Name each store once', ['store', i])
  const timezone =
    overrides.timezone ??
    variable('TAILRACE_TIMEZONE') ??
    user.timezone ??
    Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!isTimezone(timezone))
    wrong(`time zone '${timezone}' does not exist`, "Use an IANA name, as 'Asia/Shanghai' or 'UTC'", ['timezone'])
  const namespace = overrides.namespace ?? variable('TAILRACE_NAMESPACE') ?? user.namespace ?? 'default'
  if (!/^[^A-Z\\/*?"<>| ,#:-]{1,100}$/.test(namespace))
    wrong(
      `namespace '${namespace}' cannot be part of a data stream's name`,
      'Use lower-case letters, digits and _, at most 100',
      ['namespace'],
    )
  const roleText = overrides.role ?? variable('TAILRACE_ROLE') ?? user.role ?? 'all'
  const role = (['all', 'ship', 'analyse'] as const).find((name) => name === roleText)
  const levelText = overrides.logLevel ?? variable('TAILRACE_LOG_LEVEL') ?? user.log?.level ?? 'info'
  const outputText = overrides.logOutput ?? user.log?.output ?? 'text'
  const { size: letterSize = '10GiB', age: letterAge } = user.deadLetters ?? {}
  const graceText = overrides.grace ?? user.grace ?? '30s'
  const pipelines = await withFormats(overrides.pipelines ?? (await pipelinesOf(user, variable, wrong)))
  const names = new Set<string>()
  const sources = new Set<string>()
  for (const { name, source, problems: own } of pipelines) {
    problems.push(...own)
    if (names.has(name)) wrong(`two pipelines are called '${name}'`, 'Give each its own name', ['pipelines'])
    names.add(name)
    // What was read of a file is remembered under its source's name.
    if (sources.has(source.name))
      wrong(`two sources are called '${source.name}'`, 'Give each its own name', ['pipelines'])
    sources.add(source.name)
  }
  // Pipelines of one format may share a rule.
  const rules = [...new Set([...pipelines.flatMap((one) => one.rules), ...(user.rules ?? [])])]
  for (const one of rules) problems.push(...one.problems)
  const notify = notifiersOf(user, variable, resolveTexts, wrong)
  const digest = digestOf(user, notify, timezone, wrong)

  if (role === 'analyse' && store.kind === 'duckdb')
    wrong(
      "role 'analyse' reads the events of others, and an embedded store has none",
      'Name the store of the others, or take role all',
      ['role'],
    )
  const heartbeat = heartbeatOf(user, variable('TAILRACE_HEARTBEAT_URL'), text, wrong)

  const data = resolve(cwd, overrides.data ?? variable('TAILRACE_DATA') ?? user.data ?? 'data')
  const web = overrides.web === false || user.web === false ? false : webOf(user.web ?? {}, { variable, text, wrong })
  learnSecrets({ store, web, notify })
  const config: Config = {
    file,
    data,
    state: join(data, 'state'),
    namespace,
    timezone: isTimezone(timezone) ? timezone : 'UTC',
    role: checked(['role'], roleText, role, 'all, ship or analyse', 'all'),
    store,
    also,
    pipelines,
    rules,
    web,
    notify,
    digest,
    ...(heartbeat === undefined ? {} : { heartbeat }),
    retention: (user.retention ?? [{ age: '30d' }]).map(({ dataset, age, size }, i) => ({
      ...(dataset === undefined ? {} : { dataset }),
      ...(age === undefined
        ? {}
        : { maxAge: checked(['retention', i, 'age'], age, parseDuration(age), "an age, as '30d'", 0) }),
      ...(size === undefined
        ? {}
        : { maxBytes: checked(['retention', i, 'size'], size, parseSize(size), "a size, as '20GiB'", 0) }),
    })),
    deadLetters: {
      maxBytes: checked(['deadLetters', 'size'], letterSize, parseSize(letterSize), "a size, as '10GiB'", 0),
      ...(letterAge === undefined
        ? {}
        : { maxAge: checked(['deadLetters', 'age'], letterAge, parseDuration(letterAge), "an age, as '30d'", 0) }),
    },
    memory: (user.memory ?? 128) * 1_048_576,
    grace: checked(['grace'], graceText, parseDuration(graceText), "a time, as '30s'", 30_000),
    logLevel: checked(
      ['log', 'level'],
      levelText,
      logLevels.find((name) => name === levelText),
      logLevels.join(', '),
      'info',
    ),
    logOutput: outputText === 'json' ? 'json' : 'text',
    configured:
      storeText !== undefined ||
      user.store !== undefined ||
      user.pipelines !== undefined ||
      overrides.pipelines !== undefined ||
      [...sourceVariables, 'TAILRACE_BEATS_LISTEN' as const].some((name) => variable(name) !== undefined),
  }
  const listening = checkListening(pipelines, config.web !== false, text)
  problems.push(...listening.problems, ...checkShared(config))
  warnings.push(...listening.warnings)
  return { config, problems: problems.toSorted(byPlace), warnings }
}

const valueAt = (user: UserConfig, path: Path): unknown =>
  path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | undefined)?.[part], user)
