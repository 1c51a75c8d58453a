import { join } from 'node:path'
import { createSpools } from '../source/spools.ts'
import { createBackoff } from '../store/retry.ts'
import { createAside } from './aside.ts'
import type { Beside } from './context.ts'
import type { Config } from './load.ts'
import { createOpenTransforms, type OpenTransforms } from './open-transforms.ts'
import { type OtherStore, otherStores } from './other-stores.ts'
import { readOnlyPushed } from './pushed.ts'
import { startRetention } from './retention.ts'
import type { Running, StartOptions } from './running.ts'
import { openTurns, type SharedSource, sharedSources, type Tenure, type Turns } from './shared-source.ts'
import { startPipelines } from './start.ts'
import { templateLogOf } from './template-log.ts'

/** Pipelines into every store of a configuration. The first is what `Running` says of itself. */
export interface RunningEvery extends Running {
  /** With `once`: resolves when the others hold everything too. */
  readonly others: Promise<void>
}

interface Other extends Beside {
  readonly done: Promise<void>
  reload(config: Config): Promise<void>
  stop(grace: number): Promise<void>
}

/** Keeps pipelines beside the first ones running, whatever becomes of them; a start that fails is tried again. */
const startOther = (
  given: StartOptions,
  { name, config, pipeline }: OtherStore & Partial<SharedSource>,
  transforms: OpenTransforms,
): Other => {
  const stopping = new AbortController()
  const stopped = new Promise<never>((_, reject) =>
    stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason)),
  )
  stopped.catch(() => undefined)
  const log = given.log.child({ store: name })
  const nextLife = createAside(name, given.troubles, given.metrics, pipeline !== undefined)
  const backoff = createBackoff({ first: 1000, most: 60_000 })
  let wanted = config
  let running: Running | undefined
  let turns: Turns | undefined

  /** Resolves when all is read (with `once`) or the turn is over. */
  const live = async (tenure: Tenure | undefined): Promise<void> => {
    const { troubles, metrics, end } = nextLife()
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => undefined)
    const over = Promise.withResolvers<void>()
    tenure?.lost.addEventListener('abort', () => over.resolve())
    let retention: ReturnType<typeof startRetention>
    let told: (() => Promise<void>) | undefined
    try {
      running = await startPipelines({
        ...given,
        ...{ config: wanted, name, log, troubles, metrics, transforms },
        ...(tenure === undefined ? {} : { common: tenure.common }),
        reads: ({ source }) =>
          pipeline === undefined ? source.shared === undefined : source.name === pipeline.source.name,
        pushed: readOnlyPushed(),
        failed: broken.reject,
        stopping: tenure === undefined ? stopping.signal : AbortSignal.any([stopping.signal, tenure.lost]),
      })
      log.info(pipeline === undefined ? `following into ${name} too` : `following ${pipeline.name} in its turn`)
      if (!given.once && pipeline === undefined) retention = startRetention(running, wanted, log)
      if (!given.once) told = await tenure?.tell(running)
      const delivered = given.once ? running.read.then(() => running?.flush()) : new Promise<never>(() => undefined)
      await Promise.race([delivered, over.promise, broken.promise, stopped])
    } finally {
      await told?.()
      await retention?.stop()
      if (!stopping.signal.aborted && (!given.once || tenure?.common.mayWrite() === false)) {
        await running?.stop(0)
        running = undefined
        end()
      }
    }
  }
  /** False: there will be no more turns. */
  const turn = async (): Promise<boolean> => {
    if (pipeline === undefined) {
      await live(undefined)
      return false
    }
    turns ??= await openTurns({ name, config, pipeline }, { once: given.once, log })
    const tenure = await turns.next(stopping.signal)
    if (tenure === undefined) {
      if (!stopping.signal.aborted)
        log.warn(`another instance reads ${pipeline.source.name}: nothing of it is read here`)
      return false
    }
    await live(tenure).catch((error: unknown) => {
      // That it may not write any more ends the turn, whoever noticed first.
      if (tenure.common.mayWrite()) throw error
    })
    return !given.once || !tenure.common.mayWrite()
  }
  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        if (!(await turn())) return
      } catch (error) {
        if (stopping.signal.aborted) return
        const id = `${name} stopped`
        const text = `delivery to ${name}, beside the first store, stopped: ${String(error)}; it is tried again`
        log.error(text)
        given.troubles.set(id, { kind: 'store', about: name, text, blocks: false })
        await running?.stop(0)
        running = undefined
        await backoff.wait(stopping.signal).catch(() => undefined)
        given.troubles.clear(id)
      }
    }
  }
  const done = keep()
  return {
    name,
    get context() {
      return running?.context
    },
    get elsewhere() {
      return running === undefined ? turns?.elsewhere : undefined
    },
    done,
    async reload(next) {
      wanted = next
      await running?.reload(next)
    },
    async stop(grace) {
      stopping.abort(new Error('the service stops'))
      await done
      await running?.stop(grace)
      running = undefined
      // Given back last, when nothing more is sent from here.
      await turns?.stop()
    },
  }
}

/** What runs beside the pipelines into the first store: those into others, and those of files that several machines read. */
const besides = (config: Config): readonly (OtherStore & Partial<SharedSource>)[] => {
  const stores = otherStores(config)
  return [
    ...stores,
    ...[{ name: config.store.kind, config }, ...stores].flatMap((one) => sharedSources(one.config, one.name)),
  ]
}

/** Starts the pipelines into the first store, and beside them the others: none waits for another. */
export const startEveryStore = async (options: StartOptions): Promise<RunningEvery> => {
  const { config, log } = options
  const wanted = config.role === 'analyse' ? [] : besides(config)
  const names = otherStores(config).map(({ name }) => name)
  const spools = createSpools(join(config.data, 'spool'), [config.store.kind, ...names])
  const transforms = createOpenTransforms(templateLogOf(config.data, (text) => log.warn(text)))
  const others: Other[] = []
  const first = await startPipelines({
    ...options,
    spools,
    transforms,
    reads: ({ source }) => source.shared === undefined,
    others: () => others,
  })
  others.push(...wanted.map((other) => startOther({ ...options, spools }, other, transforms)))
  return {
    ...first,
    get others() {
      return Promise.all(others.map(({ done }) => done)).then(() => undefined)
    },
    async reload(next) {
      const own = new Map(config.role === 'analyse' ? [] : besides(next).map((other) => [other.name, other]))
      const gone = others.filter(({ name }) => !own.has(name))
      for (const other of gone) others.splice(others.indexOf(other), 1)
      const fresh = [...own.values()].filter(({ name }) => !others.some((other) => other.name === name))
      const kept = [...others]
      others.push(...fresh.map((other) => startOther({ ...options, spools }, other, transforms)))
      await Promise.all([
        first.reload(next),
        ...kept.map((other) => other.reload({ ...own.get(other.name)!.config })),
        ...gone.map((other) => other.stop(next.grace)),
      ])
    },
    async stop(grace) {
      await Promise.all([first.stop(grace), ...others.map((other) => other.stop(grace))])
    },
  }
}
