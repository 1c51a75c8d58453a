import { type Batch, outcome } from '../event/batch.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { documentId } from '../event/provenance.ts'
import { selectionOf } from './selection.ts'
import type { Transform } from './transform.ts'

/** FNV-1a over UTF-16 units, then murmur3's last mixing, without which ids that differ at their end fall together. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Keeps a share of the events a KQL query asks for (all, without one): `sample(0.1, 'log.level: debug')`. Which ones
 * follows from the document id alone, so a record read again meets the same fate. The rest count as filtered.
 */
export const sample = (rate: number, kql = ''): Transform => {
  const site = markSite(sample)
  const selection = selectionOf('sample', kql, site)
  const problems: Diagnostic[] = [...selection.problems]
  if (!(rate >= 0 && rate <= 1))
    problems.push(
      diagnose(site, `sample cannot keep a share of ${rate}`, 'Give a share between 0 and 1, as 0.1 for one in ten'),
    )
  const limit = rate * 2 ** 32
  return Object.freeze({
    name: 'sample',
    needs: [],
    adds: {},
    problems,
    apply(batch: Batch) {
      const { from, origin } = batch.block
      const selected = selection.select(batch)
      for (let i = 0; i < batch.count; i++)
        if (selected[i] === 1 && hashOf(documentId(origin.key, from[i]!)) >= limit) batch.outcome[i] = outcome.filtered
    },
  })
}
