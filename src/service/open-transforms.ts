import type { Pipeline } from '../pipeline/pipeline.ts'

type Transforms = Pipeline['transforms']

/** Opens each transform once, however many pipelines use it, and closes it when the last of them lets it go. */
export interface OpenTransforms {
  /** Throws what opening one throws; then none of these is held. */
  hold(transforms: Transforms): Promise<void>
  release(transforms: Transforms): Promise<void>
}

export const createOpenTransforms = (): OpenTransforms => {
  const held = new Map<Transforms[number], { users: number; readonly opened: Promise<void> }>()
  const release = async (transforms: Transforms): Promise<void> => {
    for (const step of transforms) {
      const holding = held.get(step)
      if (holding === undefined || --holding.users > 0) continue
      held.delete(step)
      await step.close?.()
    }
  }
  return {
    async hold(transforms) {
      const done: Transforms[number][] = []
      try {
        for (const step of transforms) {
          const holding = held.get(step) ?? { users: 0, opened: Promise.resolve(step.open?.()) }
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
