import { zonedPipelines } from './line.ts'
import type { Config } from './load.ts'
import { createSlot, type Slot, type SlotParts } from './slot.ts'

/** All sources of a service, each in its place. */
export interface Slots {
  /** Changes as sources come and go. */
  readonly all: readonly Slot[]
  /** Makes what runs what the configuration says. Throws the first trouble once all have been tried. */
  want(config: Pick<Config, 'pipelines' | 'timezone'>): Promise<void>
  /** Resolves when those that are read now have ended. */
  read(): Promise<void>
  /** Resolves when nothing is read any more, after `reading` was aborted. */
  stopped(): Promise<void>
  close(): Promise<void>
}

export const createSlots = (parts: SlotParts): Slots => {
  const all: Slot[] = []
  const slotOf = (name: string): Slot => {
    const there = all.find((slot) => slot.name === name)
    if (there !== undefined) return there
    const slot = createSlot(name, parts)
    all.push(slot)
    return slot
  }
  const drop = (slot: Slot): void => {
    const at = all.indexOf(slot)
    if (slot.isEmpty && at !== -1) all.splice(at, 1)
  }
  return {
    all,
    async want(config) {
      const wanted = new Map(zonedPipelines(config).map((one) => [one.source.name, one]))
      const steps = [
        ...all.filter(({ name }) => !wanted.has(name)).map((slot) => slot.want(undefined).then(() => drop(slot))),
        ...[...wanted].map(([name, pipeline]) => slotOf(name).want(pipeline)),
      ]
      const failed = (await Promise.allSettled(steps)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    },
    async read() {
      await Promise.all(all.map(async ({ read }) => read))
    },
    async stopped() {
      await Promise.all(all.map(async ({ read }) => read?.catch(() => undefined)))
    },
    async close() {
      for (const slot of all) await slot.close()
    },
  }
}
