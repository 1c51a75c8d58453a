import type { Rule } from '../alert/rule.ts'
import { digestFields, slowDatasets, slowFields } from '../digest/fields.ts'
import type { Field } from '../event/field.ts'
import { fieldsOf } from '../query/fields-of.ts'
import { parseKql } from '../query/kql.ts'
import { QueryError } from '../query/query-error.ts'
import type { Config } from './load.ts'
import { knownFields } from './operations/question.ts'

/** What of the configuration asks for a field: `rule 'x' (share)`, `the digest`. */
export type UsesOf = (dataset: string, field: string) => readonly string[]

/** `gone`: fields that the definitions no longer yield, so that a query for one can still be read. */
export const createFieldUses = (config: Config, gone: ReadonlyMap<string, Field>): UsesOf => {
  const { fieldOf, names } = knownFields(config)
  const options = {
    fieldOf: (name: string) => fieldOf(name) ?? gone.get(name),
    names: [...new Set([...names, ...gone.keys()])],
    now: Date.now(),
    timezone: config.timezone,
  }
  const asked = (kql: string | undefined): readonly string[] => {
    if (kql === undefined) return []
    try {
      return [...fieldsOf(parseKql(kql, options))]
    } catch (error) {
      // A mistake in it is told elsewhere.
      if (error instanceof QueryError) return []
      throw error
    }
  }
  const partsOf = (rule: Rule): readonly (readonly [string, readonly string[]])[] => {
    const metric = rule.kind === 'slow_query' ? undefined : rule.metric
    return [
      ['where', asked(rule.where)],
      ['share', rule.kind === 'threshold' ? asked(rule.share) : []],
      ['metric', metric === undefined || metric.kind === 'count' ? [] : [metric.field]],
      ['by', rule.by ?? []],
      ['slow_query', rule.kind === 'slow_query' ? ['mysql.slowlog.digest', 'event.duration'] : []],
    ]
  }
  const rules = config.rules.map((rule) => ({ rule, parts: partsOf(rule) }))
  return (dataset, field) => [
    ...rules.flatMap(({ rule, parts }) => {
      const by = parts.flatMap(([part, fields]) => (fields.includes(field) ? [part] : []))
      return rule.datasets.includes(dataset) && by.length > 0 ? [`rule '${rule.name}' (${by.join(', ')})`] : []
    }),
    ...(digestFields.includes(field) || (slowDatasets.includes(dataset) && slowFields.includes(field))
      ? ['the digest']
      : []),
  ]
}
