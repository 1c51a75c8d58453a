import type { Context } from './context.ts'

/** Events stored late, by dataset, since this was last asked. */
export const takeLate = ({ progress: { late } }: Pick<Context, 'progress'>): ReadonlyMap<string, number> => {
  const taken = new Map(late)
  late.clear()
  return taken
}

/** The earlier of each. */
export const earliestOf = (all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> => {
  const earliest = new Map<string, number>()
  for (const one of all)
    for (const [dataset, time] of one) earliest.set(dataset, Math.min(time, earliest.get(dataset) ?? time))
  return earliest
}
