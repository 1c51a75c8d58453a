import { ask as askService, OperationError } from '../service/control.ts'
import { hold, isServed } from '../service/hold.ts'
import type { Config } from '../service/load.ts'
import { stringify } from '../store/stringify.ts'
import { Exit, type ExitCode, usage } from './exit.ts'
import { configured, type General, overridesOf } from './general.ts'

/** Stops a question when the user does. */
const interrupted = (): AbortSignal => {
  const abort = new AbortController()
  process.once('SIGINT', () => {
    process.exitCode = 130
    abort.abort()
  })
  return abort.signal
}

/** Questions about what the data directory keeps for each store: no other store's address makes sense of them. */
const isOfStores = (name: string): boolean => name.startsWith('dlq-') || name.startsWith('sources') || name === 'losses'

const namesStore = (given: string | undefined): given is string =>
  given !== undefined && /^(duckdb|elasticsearch)(-\d+)?(\/[^/]+)?$/.test(given)

/** Throws what helps who named a store by a name that no store has. */
const refuseName = (names: readonly string[]): never => {
  throw usage(`--store takes the name of a store that is configured here: ${names.join(', ')}`)
}

const namesInService = async (data: string, signal: AbortSignal): Promise<readonly string[]> => {
  const names: string[] = []
  for await (const row of askService(data, 'stores', {}, signal))
    names.push((JSON.parse(row) as { store: string }).store)
  return names
}

/** The configuration a command works on itself, and which of its stores it is about. */
const configuredFor = async (
  given: General,
  name: string,
): Promise<{ readonly config: Config; readonly store?: string }> => {
  const { store, ...rest } = given
  if (!namesStore(store) && !isOfStores(name)) return { config: await configured(overridesOf(given)) }
  const config = await configured(overridesOf(rest))
  if (store === undefined) return { config }
  const { otherStores } = await import('../service/other-stores.ts')
  const { sharedSources } = await import('../service/shared-source.ts')
  const all = [{ name: config.store.kind, config }, ...otherStores(config)]
  const names = [...all, ...all.flatMap((one) => sharedSources(one.config, one.name))].map((one) => one.name)
  if (names.includes(store)) return { config, store }
  return isOfStores(name) ? refuseName(names) : { config: await configured(overridesOf(given)) }
}

async function* locally(given: General, name: string, question: object, signal: AbortSignal): AsyncGenerator<string> {
  const { openContext } = await import('../service/open-context.ts')
  const { operateOn } = await import('../service/operations/operate.ts')
  const { config, store: chosen } = await configuredFor(given, name)
  const asked = { ...question, ...(chosen === undefined ? {} : { store: chosen }) }
  if (name === 'alerts') {
    // Beside an embedded store, which may be away; in one that several services share.
    const { listAlerts, readAlerts } = await import('../service/operations/alerts.ts')
    const { requireData } = await import('../service/require-data.ts')
    const { openStore } = await import('../service/open-store.ts')
    if (config.store.kind === 'duckdb') requireData(config)
    const store = config.store.kind === 'duckdb' ? undefined : await openStore(config)
    try {
      const alerts = await readAlerts(config, store?.shared, signal)
      for await (const row of listAlerts(() => alerts)({ config }, question)) yield stringify(row)
    } finally {
      await store?.close()
    }
    return
  }
  if (name === 'explain-query') {
    // Of the configuration only: no store is asked.
    const { explainQuery } = await import('../service/operations/search.ts')
    for await (const row of explainQuery({ config }, asked as { kql?: string; target: string })) yield stringify(row)
    return
  }
  const changing = changes(name, asked)
  const { requireData } = await import('../service/require-data.ts')
  if (changing) requireData(config)
  // Nobody else may write there meanwhile: neither a service that starts just now nor another command.
  const held = changing ? await hold(config.data, name) : undefined
  try {
    const { context, operations, close } = await openContext(config, given.namespace, { changing, signal })
    try {
      for await (const row of operateOn(context, operations)(name, asked, signal)) yield stringify(row)
    } finally {
      await close()
    }
  } finally {
    held?.release()
  }
}

/** Whether an operation changes what lies in the data directory or in the store. */
const changes = (name: string, asked: object): boolean =>
  ['dlq-replay', 'dlq-edit', 'dlq-purge', 'reprocess', 'sources-forget', 'sources-rewind', 'sources-adopt'].includes(
    name,
  ) ||
  (name === 'digest' && 'send' in asked)

/** What no service answers is answered here, unless one that began just then took the store: then it is asked after all. */
async function* here(given: General, name: string, question: object, data: string, signal: AbortSignal) {
  let begun = false
  try {
    for await (const row of locally(given, name, question, signal)) {
      begun = true
      yield row
    }
  } catch (error) {
    if (begun || given.store !== undefined || signal.aborted || !(await isServed(data))) throw error
    yield* askService(data, name, question, signal)
  }
}

/**
 * Asks the running service over its control socket; only when none runs (or another store is named) is the store
 * opened here. Yields the JSON text of each row.
 */
export async function* ask(given: General, name: string, asked: object): AsyncGenerator<string> {
  const signal = interrupted()
  const full = { ...asked, ...(given.namespace === undefined ? {} : { namespace: given.namespace }) }
  try {
    const { dataDirectory } = await import('../service/load.ts')
    const data = await dataDirectory(overridesOf(given), process.env)
    const served = await isServed(data)
    if (served && given.store !== undefined && name === 'digest')
      throw usage('a service runs on this data directory, whose alerts and ledger a digest tells: leave --store out')
    const { store } = given
    if (!served) yield* here(given, name, full, data, signal)
    else if (store === undefined) yield* askService(data, name, full, signal)
    else {
      const names = namesStore(store) || isOfStores(name) ? await namesInService(data, signal) : []
      if (names.includes(store)) yield* askService(data, name, { ...full, store }, signal)
      else if (isOfStores(name)) refuseName(names)
      else yield* locally(given, name, full, signal)
    }
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof OperationError) throw new Exit(error.status as ExitCode, error.message, { cause: error })
    throw error
  }
}
