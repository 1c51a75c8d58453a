import type { Pipeline } from '../pipeline/pipeline.ts'
import type { TemplateLog } from './template-log.ts'

type Transforms = Pipeline['transforms']

/** Opens each transform once, however many pipelines use it, and closes it when the last of them lets it go. */
export interface OpenTransforms {
  /** Throws what opening one throws; then none of these is held. */
  hold(transforms: Transforms): Promise<void>
  release(transforms: Transforms): Promise<void>
}

/** What those that learn remember is opened with the first of them, and closed with the last. */
export const createOpenTransforms = (openLog: () => Promise<TemplateLog>): OpenTransforms => {
  const held = new Map<Transforms[number], { users: number; readonly opened: Promise<void> }>()
  let log: Promise<TemplateLog> | undefined
  const open = async (step: Transforms[number]): Promise<void> => {
    if (step.learns !== true) return step.open?.()
    log ??= openLog()
    await step.open?.(await log)
  }
  const closeLog = async (): Promise<void> => {
    if (log === undefined || [...held.keys()].some(({ learns }) => learns === true)) return
    const closing = log
    log = undefined
    await (await closing.catch(() => undefined))?.close()
  }
  const release = async (transforms: Transforms): Promise<void> => {
    for (const step of transforms) {
      const holding = held.get(step)
      if (holding === undefined || --holding.users > 0) continue
      held.delete(step)
      await step.close?.()
    }
    await closeLog()
  }
  return {
    async hold(transforms) {
      const done: Transforms[number][] = []
      try {
        for (const step of transforms) {
          const holding = held.get(step) ?? { users: 0, opened: open(step) }
          held.set(step, holding)
          holding.users++
          done.push(step)
          await holding.opened
        }
      } catch (error) {
        await release(done)
        throw error
      }
    },
    release,
  }
}
