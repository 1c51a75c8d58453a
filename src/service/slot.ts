import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { changeOf } from '../pipeline/reload.ts'
import { OperationError } from './control.ts'
import { type Line, type LineParts, openLine, type ZonedPipeline } from './line.ts'
import type { Followed } from './sources.ts'

export interface SlotParts extends LineParts {
  /** Makes the store ready for what the pipeline yields; waits while the store is away. */
  readonly prepare: (pipeline: Pipeline, signal: AbortSignal) => Promise<void>
}

/**
 * The place of one source, by its name, which is what its generations are registered under. It is told what is wanted
 * and gets there by itself, one step at a time; what was wanted in between is passed over. So a store that is away
 * keeps no newer configuration from being the one that is wanted.
 */
export interface Slot extends Followed {
  /** Nothing is open here, and nothing is wanted. */
  readonly isEmpty: boolean
  /** Undefined: while no source is open. */
  readonly read: Promise<void> | undefined
  /** Why what is wanted is not there yet. */
  readonly waiting: string | undefined
  committed(key: string, offset: number): void
  /** See `OpenSource`; with no source open the task is just run. */
  change(key: string, task: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** Resolves once it is so, or something else is wanted. Undefined: the source ends, and all that was read is delivered. Throws where the pipeline cannot be opened: what was there before goes on. */
  want(pipeline: ZonedPipeline | undefined): Promise<void>
  /** At the end of the service: waits for nothing that is still to be delivered. */
  close(): Promise<void>
}

export const createSlot = (name: string, parts: SlotParts): Slot => {
  let line: Line | undefined
  let wanted: ZonedPipeline | undefined
  let waiting: string | undefined
  let changed = new AbortController()
  let work: Promise<void> = Promise.resolve()

  const end = async (): Promise<void> => {
    waiting = `what was read of '${name}' is still to be delivered`
    await line?.end()
    line = undefined
  }
  /** One step towards `next`. */
  const step = async (next: ZonedPipeline): Promise<void> => {
    const now = line?.pipeline
    changed = new AbortController()
    waiting = `the store is to be made ready for '${next.name}'`
    await parts.prepare(next, AbortSignal.any([changed.signal, parts.delivering]))
    await parts.transforms.hold(next.transforms)
    if (wanted !== next) return parts.transforms.release(next.transforms)
    const change = now === undefined ? 'source' : changeOf(now, next)
    if (line !== undefined && change !== 'source' && line.reframes) line.redefine(next)
    else {
      await end()
      if (wanted !== next || parts.reading.aborted) return parts.transforms.release(next.transforms)
      waiting = undefined
      line = await openLine(next, parts).catch(async (error: unknown) => {
        await parts.transforms.release(next.transforms)
        throw error
      })
    }
  }
  const become = async (): Promise<void> => {
    try {
      while (!parts.reading.aborted && line?.pipeline !== wanted) {
        const next = wanted
        if (next === undefined) await end()
        else
          await step(next).catch((error: unknown) => {
            if (parts.delivering.aborted || wanted !== next) return
            wanted = line?.pipeline
            throw error
          })
      }
    } finally {
      waiting = undefined
    }
  }

  return {
    name,
    source: {
      /** Between two sources nothing is known of where it is. */
      get caughtUp() {
        return line?.source.caughtUp
      },
      files: () => line?.source.files() ?? [],
    },
    get datasets() {
      const pipeline = line?.pipeline ?? wanted
      return new Set(pipeline === undefined ? [] : datasetsOf(pipeline).keys())
    },
    get isEmpty() {
      return line === undefined && wanted === undefined
    },
    get read() {
      return line?.read
    },
    get waiting() {
      return waiting
    },
    committed: (key, offset) => line?.source.committed(key, offset),
    async change(key, task, signal) {
      if (line === undefined) return task()
      if (line.source.change === undefined)
        throw new OperationError(2, `'${name}' follows no files of others; what it keeps goes by itself`)
      return line.source.change(key, task, signal)
    },
    want(pipeline) {
      wanted =
        pipeline !== undefined && line !== undefined && isSame(line.pipeline, pipeline) ? line.pipeline : pipeline
      changed.abort()
      const done = work.then(become)
      work = done.catch(() => undefined)
      return done
    },
    async close() {
      await work
      await line?.end()
    },
  }
}

const isSame = (before: Pipeline, after: Pipeline): boolean => changeOf(before, after) === 'nothing'
