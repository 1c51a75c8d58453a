import { slowQueries } from '../../digest/slow-queries.ts'
import { and, equals } from '../../query/tree.ts'
import type { Context } from '../context.ts'
import type { Answer } from '../control.ts'
import { type Asked, scopeOf } from './question.ts'

export interface SlowAsked extends Asked {
  readonly top?: number
}

/** The slow-query report: each kind of statement with when it was first and last seen. */
export async function* slow(context: Context, asked: SlowAsked, signal: AbortSignal): Answer {
  const { store, config } = context
  const scope = scopeOf({ ...asked, dataset: asked.dataset ?? ['mysql.slowlog'] }, config, context.namespace)
  await store.refresh(signal)
  for await (const query of slowQueries(store, scope, asked.top ?? 20, signal)) {
    const where = and(scope.where, equals('mysql.slowlog.digest', query.digest))
    const seen = async (descending: boolean): Promise<unknown> => {
      const sort = [{ field: '@timestamp', descending }]
      for await (const found of store.search({ ...scope, where, sort, fields: ['@timestamp'], limit: 1 }, signal))
        return found['@timestamp']
      return undefined
    }
    const { schema, user, example, explain, ...figures } = query
    yield {
      ...figures,
      first_seen: await seen(false),
      last_seen: await seen(true),
      schema,
      user,
      example,
      explain,
      reviewed: false,
    }
  }
}
