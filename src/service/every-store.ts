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
import { type Running, type StartOptions, startPipelines } from './start.ts'
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

/** Keeps the pipelines into one store running, whatever becomes of it; a start that fails is tried again. */
const startOther = (given: StartOptions, { name, config }: OtherStore, transforms: OpenTransforms): Other => {
  const stopping = new AbortController()
  const stopped = new Promise<never>((_, reject) =>
    stopping.signal.addEventListener('abort', () => reject(stopping.signal.reason)),
  )
  stopped.catch(() => undefined)
  const log = given.log.child({ store: name })
  const nextLife = createAside(name, given.troubles, given.metrics)
  const backoff = createBackoff({ first: 1000, most: 60_000 })
  let wanted = config
  let running: Running | undefined

  const live = async (): Promise<void> => {
    const { troubles, metrics, end } = nextLife()
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => undefined)
    let retention: ReturnType<typeof startRetention>
    try {
      running = await startPipelines({
        ...given,
        ...{ config: wanted, name, log, troubles, metrics, transforms },
        pushed: readOnlyPushed(),
        failed: broken.reject,
        stopping: stopping.signal,
      })
      log.info(`following into ${name} too`)
      if (!given.once) retention = startRetention(running, wanted, log)
      const delivered = given.once ? running.read.then(() => running?.flush()) : new Promise<never>(() => undefined)
      await Promise.race([delivered, broken.promise, stopped])
    } finally {
      await retention?.stop()
      if (!stopping.signal.aborted && !given.once) {
        await running?.stop(0)
        running = undefined
        end()
      }
    }
  }
  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await live()
        return
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
    },
  }
}

/** Starts the pipelines into the first store, and beside them those into each other: none waits for another. */
export const startEveryStore = async (options: StartOptions): Promise<RunningEvery> => {
  const { config, log } = options
  if (config.also.length === 0 || config.role === 'analyse')
    return { ...(await startPipelines(options)), others: Promise.resolve() }
  const named = otherStores(config)
  const spools = createSpools(join(config.data, 'spool'), [config.store.kind, ...named.map(({ name }) => name)])
  const transforms = createOpenTransforms(templateLogOf(config.data, (text) => log.warn(text)))
  const others: Other[] = []
  const first = await startPipelines({ ...options, spools, transforms, others: () => others })
  others.push(...named.map((other) => startOther({ ...options, spools }, other, transforms)))
  return {
    ...first,
    others: Promise.all(others.map(({ done }) => done)).then(() => undefined),
    async reload(next) {
      const own = new Map(otherStores(next).map((other) => [other.name, other.config]))
      await Promise.all([
        first.reload(next),
        ...others.map((other) => other.reload({ ...(own.get(other.name) ?? config) })),
      ])
    },
    async stop(grace) {
      await Promise.all([first.stop(grace), ...others.map((other) => other.stop(grace))])
    },
  }
}
