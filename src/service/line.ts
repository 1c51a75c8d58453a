import { hostname } from 'node:os'
import type { Batch } from '../event/batch.ts'
import type { Arena } from '../memory/arena.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import type { Progress } from '../pipeline/progress.ts'
import { runPipeline } from '../pipeline/run.ts'
import type { OpenSource, SourceContext } from '../source/source.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createChoice } from './choose.ts'
import type { OpenTransforms } from './open-transforms.ts'

/** A pipeline that knows its zone. */
export type ZonedPipeline = Pipeline & { readonly timezone: string }

/** Those of a configuration, whose zone stands in where one has none. */
export const zonedPipelines = ({
  pipelines,
  timezone,
}: {
  readonly pipelines: readonly Pipeline[]
  readonly timezone: string
}): readonly ZonedPipeline[] => pipelines.map((one) => ({ ...one, timezone: one.timezone ?? timezone }))

/** What every pipeline of a service runs on. */
export interface LineParts {
  readonly arena: Arena
  readonly delivery: Delivery
  readonly progress: Progress
  readonly transforms: OpenTransforms
  readonly metrics: Metrics
  readonly log: Logger
  readonly namespace: string
  readonly clock: () => number
  readonly once: boolean
  readonly tap: (batch: Batch) => void
  /** What a source of this name is given beside its framing. */
  readonly contextOf: (source: string) => Omit<SourceContext, 'framing' | 'arena' | 'clock' | 'once'>
  /** Opens what the source is pushed to by; returns how to close it. Throws with the mending words. */
  readonly mount: (name: string, source: OpenSource) => Promise<() => Promise<void>>
  /** Aborted: read no more; and: deliver no more. */
  readonly reading: AbortSignal
  readonly delivering: AbortSignal
  /** Told when a pipeline broke. */
  readonly failed: (error: unknown) => void
}

/** A pipeline that runs: its source is open, and blocks go to the delivery. */
export interface Line {
  /** As it is defined now. */
  readonly pipeline: ZonedPipeline
  readonly source: Pick<OpenSource, 'caughtUp' | 'files' | 'committed' | 'change'>
  /** Resolves when the source has ended or reading was stopped. */
  readonly read: Promise<void>
  /** Whether other parsers can take over while the source stays open. */
  readonly reframes: boolean
  /** Another definition from the next block on; its transforms are held already. Nothing is read twice or left out. */
  redefine(pipeline: ZonedPipeline): void
  /** Reads no more, waits until all that was read has its outcome and the checkpoint is past it, closes. */
  end(): Promise<void>
}

interface Definition {
  readonly pipeline: ZonedPipeline
  readonly choice: ReturnType<typeof createChoice>
  readonly schemas: ReturnType<typeof datasetsOf>
}

/** How far each generation was read beyond what is committed. */
const createUnsettled = () => {
  const reached = new Map<string, number>()
  let settled: () => void = () => {}
  return {
    read(key: string, to: Uint32Array | Float64Array, count: number) {
      for (let i = 0; i < count; i++) if (to[i]! > (reached.get(key) ?? 0)) reached.set(key, to[i]!)
    },
    committed(key: string, offset: number) {
      if (offset < (reached.get(key) ?? Number.POSITIVE_INFINITY)) return
      reached.delete(key)
      if (reached.size === 0) settled()
    },
    wait: (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        settled = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
        if (reached.size === 0 || signal.aborted) resolve()
      }),
  }
}

/** Opens the source of a pipeline whose transforms are held, and reads it until it is ended. */
export const openLine = async (first: ZonedPipeline, parts: LineParts): Promise<Line> => {
  const { name } = first.source
  const define = (pipeline: ZonedPipeline): Definition => ({
    pipeline,
    choice: createChoice(pipeline.parsers, pipeline.source, parts.once, (path, text) =>
      parts.log.error({ source: name, path }, text),
    ),
    schemas: datasetsOf(pipeline),
  })
  let current = define(first)
  let upcoming: ZonedPipeline | undefined
  const ending = new AbortController()
  const stop = AbortSignal.any([parts.reading, ending.signal])
  let turn = new AbortController()
  let pausing = AbortSignal.any([stop, turn.signal])
  const unsettled = createUnsettled()
  const { arena, clock, once, metrics } = parts
  const source = await first.source.open({
    ...parts.contextOf(name),
    framing: (path, head, key) => current.choice.framing(path, head, key),
    arena,
    clock,
    once,
  })
  const unmount = await parts.mount(name, source).catch(async (error: unknown) => {
    await source.close()
    throw error
  })

  const takeOver = (pipeline: ZonedPipeline): void => {
    const { transforms } = current.pipeline
    current = define(pipeline)
    upcoming = undefined
    turn = new AbortController()
    pausing = AbortSignal.any([stop, turn.signal])
    source.reframe?.()
    parts.transforms.release(transforms).catch((error: unknown) => parts.log.warn({ source: name }, String(error)))
  }
  let within = false
  /** The framer's own count: the other hand of the ledger counts outcomes. Definitions change between two stretches. */
  const counted: OpenSource = {
    async next(signal) {
      for (;;) {
        if (upcoming !== undefined && !within) takeOver(upcoming)
        const block = await source.next(pausing)
        within = block?.more === true
        if (block === undefined && upcoming !== undefined && !signal.aborted) continue
        if (block !== undefined && block.count > 0) {
          metrics.readRecords.inc({ source: name }, block.count)
          metrics.readBytes.inc({ source: name }, block.to[block.count - 1]! - block.from[0]!)
          unsettled.read(block.origin.key, block.to, block.count)
        }
        return block
      }
    },
    committed: (key, offset) => source.committed(key, offset),
    get caughtUp() {
      return source.caughtUp
    },
    files: () => source.files(),
    close: () => source.close(),
  }
  const { delivery, progress, namespace } = parts
  const read = runPipeline({
    source: counted,
    readerOf: (block) => current.choice.readerOf(block),
    datasetOf: (reader) => current.pipeline.dataset ?? reader.name,
    schemaOf: (dataset) => current.schemas.get(dataset)!,
    get transforms() {
      return current.pipeline.transforms
    },
    get timezone() {
      return current.pipeline.timezone
    },
    delivery,
    progress,
    host: hostname(),
    namespace,
    clock,
    tap: parts.tap,
    signal: stop,
  })
  read.catch((error: unknown) => {
    if (!stop.aborted) parts.failed(error)
  })

  return {
    get pipeline() {
      return upcoming ?? current.pipeline
    },
    source: {
      committed(key, offset) {
        source.committed(key, offset)
        unsettled.committed(key, offset)
      },
      get caughtUp() {
        return source.caughtUp
      },
      files: () => source.files(),
      ...(source.change === undefined ? {} : { change: source.change.bind(source) }),
    },
    read,
    reframes: source.reframe !== undefined,
    redefine(pipeline) {
      const passed = upcoming
      upcoming = pipeline
      turn.abort()
      if (passed !== undefined)
        parts.transforms
          .release(passed.transforms)
          .catch((error: unknown) => parts.log.warn({ source: name }, String(error)))
    },
    async end() {
      ending.abort()
      await unmount()
      await read.catch(() => undefined)
      await unsettled.wait(parts.delivering)
      await source.close()
      await parts.transforms.release(current.pipeline.transforms)
      if (upcoming !== undefined) await parts.transforms.release(upcoming.transforms)
    },
  }
}
