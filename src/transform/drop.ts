import { type Batch, outcome } from '../event/batch.ts'
import { markSite } from '../event/diagnostic.ts'
import { selectionOf } from './selection.ts'
import type { Transform } from './transform.ts'

/** Leaves out the events that a KQL query asks for; they count as filtered: `drop('url.path: "/healthz"')`. */
export const drop = (kql: string): Transform => {
  const selection = selectionOf('drop', kql, markSite(drop))
  return Object.freeze({
    name: 'drop',
    needs: [],
    adds: {},
    problems: selection.problems,
    apply(batch: Batch) {
      const selected = selection.select(batch)
      for (let i = 0; i < batch.count; i++) if (selected[i] === 1) batch.outcome[i] = outcome.filtered
    },
  })
}
