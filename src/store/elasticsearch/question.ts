import { toDsl } from '../../query/dsl.ts'
import type { Query } from '../../query/tree.ts'
import { targetName } from './template.ts'

/** What a search and an aggregate have in common. */
interface Question {
  readonly where: Query
  readonly since?: number
  readonly until?: number
  readonly datasets?: readonly string[]
  readonly namespace?: string
}

/** Data streams and aliases that a question is about, as a path segment. */
export const targetsOf = ({ datasets, namespace }: Pick<Question, 'datasets' | 'namespace'>): string =>
  (datasets ?? ['*']).map((dataset) => encodeURIComponent(targetName(dataset, namespace ?? '*'))).join(',')

/** The question's conditions as query DSL; nothing here is scored. */
export const filterOf = ({ where, since, until }: Question, ...more: readonly object[]): object => {
  const limits = {
    ...(since === undefined ? {} : { gte: since }),
    ...(until === undefined ? {} : { lt: until }),
  }
  const time =
    since === undefined && until === undefined
      ? []
      : [{ range: { '@timestamp': { ...limits, format: 'epoch_millis' } } }]
  return { bool: { filter: [toDsl(where), ...time, ...more] } }
}
