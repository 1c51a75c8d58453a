import { isDeepStrictEqual } from 'node:util'
import type { Pipeline } from './pipeline.ts'

const areSame = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.length === after.length && before.every((one, i) => one === after[i])

/** Whether a source may stay open when its pipeline is defined anew. */
const readsAlike = ({ source: before }: Pipeline, { source: after }: Pipeline): boolean =>
  before === after ||
  (before.name === after.name &&
    before.definition !== undefined &&
    isDeepStrictEqual(before.definition, after.definition))

/**
 * What a newer definition of a pipeline asks for. `nothing`: it does what it did. `parsing`: other parsers, transforms
 * or names from the next block on, read by the same source, which stays open. `source`: other bytes are read. Parsers
 * and transforms may hold functions, so only the same object is known to do the same; modules that did not change
 * yield the same objects.
 */
export const changeOf = (before: Pipeline, after: Pipeline): 'nothing' | 'parsing' | 'source' => {
  if (!readsAlike(before, after)) return 'source'
  return areSame(before.parsers, after.parsers) &&
    areSame(before.transforms, after.transforms) &&
    before.name === after.name &&
    before.dataset === after.dataset &&
    before.timezone === after.timezone
    ? 'nothing'
    : 'parsing'
}
