import type { Field } from '../event/field.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'

/** Every dataset the pipelines can yield, with the fields its documents may hold. */
export const schemasOf = (pipelines: readonly Pipeline[]): Map<string, ReadonlyMap<string, Field>> => {
  const all = new Map<string, ReadonlyMap<string, Field>>()
  for (const pipeline of pipelines)
    for (const [dataset, schema] of datasetsOf(pipeline))
      all.set(dataset, new Map([...(all.get(dataset) ?? []), ...schema]))
  return all
}
