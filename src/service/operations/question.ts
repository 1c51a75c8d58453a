import { fieldOf, fields } from '../../event/field.ts'
import { datasetsOf } from '../../pipeline/pipeline.ts'
import type { Clock } from '../../query/date-span.ts'
import { type Alias, type KqlOptions, parseKql } from '../../query/kql.ts'
import { QueryError } from '../../query/query-error.ts'
import { everything, type Query } from '../../query/tree.ts'
import type { Metric } from '../../store/aggregate.ts'
import { OperationError } from '../control.ts'
import type { Config } from '../load.ts'
import { schemasOf } from '../schemas-of.ts'
import { parseTime } from './time-range.ts'

/** What every question takes. */
export interface Asked {
  readonly kql?: string
  readonly since?: string
  readonly until?: string
  readonly dataset?: readonly string[]
  readonly namespace?: string
}

/** Other names that pipelines keep for fields, and the datasets they keep them in. */
const aliasesOf = ({ pipelines }: Pick<Config, 'pipelines'>): ReadonlyMap<string, Alias> => {
  const aliases = new Map<string, Alias>()
  for (const [dataset, schema] of schemasOf(pipelines))
    for (const [name, { alias }] of schema) {
      if (alias === undefined) continue
      const known = aliases.get(name)
      // One name of two fields: of the first, where it is that.
      if (known === undefined || known.of === alias)
        aliases.set(name, { of: alias, datasets: [...(known?.datasets ?? []), dataset] })
    }
  return aliases
}

/** The field table, and what the pipelines in force add under vendors' names. */
export const knownFields = (config: Pick<Config, 'pipelines'>) => {
  const own = new Map(config.pipelines.flatMap((one) => [...datasetsOf(one).values()].flatMap((schema) => [...schema])))
  return {
    aliases: aliasesOf(config),
    fieldOf: (name: string) => fieldOf(name) ?? own.get(name),
    names: [...new Set([...Object.keys(fields), ...own.keys()])],
  }
}

/** A query over `fields`; a mistake in it ends the command with 2. */
export const queryOver = (
  fields: Pick<KqlOptions, 'fieldOf' | 'names' | 'aliases'>,
  kql: string | undefined,
  clock: Clock,
): Query => {
  if (kql === undefined || kql.trim() === '') return everything
  try {
    return parseKql(kql, { ...fields, ...clock })
  } catch (error) {
    if (error instanceof QueryError) throw new OperationError(2, error.draw())
    throw error
  }
}

export const queryOf = (kql: string | undefined, config: Config, now: number): Query =>
  queryOver(knownFields(config), kql, { now, timezone: config.timezone })

/** The part of a question that all stores understand. */
export const scopeOf = (asked: Asked, config: Config, namespace: string | undefined) => {
  const now = Date.now()
  const space = asked.namespace ?? namespace
  return {
    where: queryOf(asked.kql, config, now),
    ...(asked.since === undefined ? {} : { since: parseTime(asked.since, now, config.timezone) }),
    ...(asked.until === undefined ? {} : { until: parseTime(asked.until, now, config.timezone) }),
    ...(asked.dataset === undefined || asked.dataset.length === 0 ? {} : { datasets: asked.dataset }),
    ...(space === undefined || space === 'all' ? {} : { namespace: space }),
  }
}

/** `count`, `avg(F)`, `p95(F)`. */
export const parseMetric = (text: string, config: Config): Metric => {
  if (text === 'count') return { kind: 'count' }
  const match = /^(sum|avg|min|max|unique|p\d{1,2}(?:\.\d+)?)\(([^()]+)\)$/.exec(text)
  if (match === null)
    throw new OperationError(
      2,
      `metric '${text}' is not known: use count, sum(F), avg(F), min(F), max(F), unique(F), p95(F)`,
    )
  const [, kind, name] = match as unknown as [string, string, string]
  const field = knownFields(config).fieldOf(name)
  if (field === undefined) throw new OperationError(2, `metric '${text}': there is no field '${name}'`)
  if (kind === 'unique') return { kind, field: name }
  if (field.type !== 'long' && field.type !== 'double')
    throw new OperationError(2, `metric '${text}': '${name}' is a ${field.type}, not a number`)
  if (kind.startsWith('p')) return { kind: 'percentile', field: name, of: Number(kind.slice(1)) }
  return { kind: kind as 'sum', field: name }
}
