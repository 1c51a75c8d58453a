import type { Batch } from '../event/batch.ts'
import { type Diagnostic, diagnose, type SiteMark } from '../event/diagnostic.ts'
import { type Field, fieldOf, fields, isVendorName, type Schema } from '../event/field.ts'
import { parseKql } from '../query/kql.ts'
import { type Predicate, toPredicate } from '../query/predicate.ts'
import { QueryError } from '../query/query-error.ts'

/** Rows that a KQL text asks for. */
export interface Selection {
  /** Mistakes in the text; then nothing is ever selected. */
  readonly problems: readonly Diagnostic[]
  /** By row 1 or 0; rows that are not live are never selected. */
  select(batch: Batch): Uint8Array
}

const assumed: Field = { type: 'keyword', about: 'Not in the field table.' }

/**
 * Compiles KQL where a pipeline is written down. Dates relative to now are taken at that moment, dates without zone
 * as UTC. Fields that a parser defines under a vendor's name are first taken for keywords, then, with each dataset's
 * first batch, for what they are; a text that makes sense only for keywords goes on being read that way.
 */
export const selectionOf = (step: string, kql: string, site: SiteMark): Selection => {
  const now = Date.now()
  const compile = (named: (name: string) => Field | undefined, names: readonly string[]): Predicate =>
    toPredicate(parseKql(kql, { fieldOf: named, names, now, timezone: 'UTC' }))
  let general: Predicate
  try {
    general = compile((name) => fieldOf(name) ?? (isVendorName(name) ? assumed : undefined), Object.keys(fields))
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    const problems = error.problems.map(({ at, text, mend }) =>
      diagnose(site, `${step} cannot read its query '${kql}' at character ${at + 1}: ${text}`, mend),
    )
    return { problems, select: (batch) => new Uint8Array(batch.count) }
  }
  const bySchema = new WeakMap<Schema, Predicate>()
  const predicateOf = (schema: Schema): Predicate => {
    const before = bySchema.get(schema)
    if (before !== undefined) return before
    let predicate = general
    try {
      const named = (name: string) => schema.get(name) ?? fieldOf(name) ?? (isVendorName(name) ? assumed : undefined)
      predicate = compile(named, [...new Set([...Object.keys(fields), ...schema.keys()])])
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
    }
    bySchema.set(schema, predicate)
    return predicate
  }
  return { problems: [], select: (batch) => predicateOf(batch.schema)(batch) }
}
