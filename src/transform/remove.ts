import type { Batch } from '../event/batch.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { provenanceFields } from '../event/provenance.ts'
import { checkName } from './field-name.ts'
import type { Transform } from './transform.ts'

/** Whom a record came from nothing relies on, and it may be nobody's business. */
const kept: ReadonlySet<string> = new Set(provenanceFields.filter((name) => name !== 'log.source.address'))

/** Leaves fields out of what is stored: `remove('user_agent.original', 'url.original')`. */
export const remove = (...names: readonly string[]): Transform => {
  const site = markSite(remove)
  const problems: Diagnostic[] = names.flatMap((name) => {
    if (kept.has(name))
      return [diagnose(site, `remove: every event has '${name}', stores rely on it`, 'Take it out of the list')]
    return checkName('remove', name, site)
  })
  return Object.freeze({
    name: 'remove',
    needs: [],
    adds: {},
    removes: names,
    problems,
    apply(batch: Batch) {
      for (const name of names) batch.columns.delete(name)
    },
  })
}
