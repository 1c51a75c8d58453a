import type { Batch } from '../event/batch.ts'
import { createCache } from './cache.ts'
import { declare, type FieldsOf } from './declare.ts'
import { textDictionary } from './dictionary.ts'
import { distinctOf, textOf } from './distinct.ts'
import { digest, fingerprint } from './fingerprint.ts'
import type { Transform } from './transform.ts'

type Adds = 'mysql.slowlog.fingerprint' | 'mysql.slowlog.digest'

/** Longer statements are worked out anew: the cache is bounded by bytes as well. */
const cachedLength = 4096

/** Adds the statement's fingerprint and its digest, so that slow queries can be counted by kind (fingerprint.ts). */
export const queryFingerprint = (): Transform<FieldsOf<'mysql.slowlog.query'>, FieldsOf<Adds>> => {
  const cache = createCache<string, { readonly print: string; readonly digest: string }>(2048)
  const find = (sql: string) => {
    const before = cache.get(sql)
    if (before !== undefined) return before
    const print = fingerprint(sql)
    const found = { print, digest: digest(print) }
    if (sql.length <= cachedLength) cache.set(sql, found)
    return found
  }
  return Object.freeze({
    name: 'queryFingerprint',
    needs: ['mysql.slowlog.query'],
    adds: declare('mysql.slowlog.fingerprint', 'mysql.slowlog.digest'),
    apply(batch: Batch) {
      const column = batch.columns.get('mysql.slowlog.query')
      const distinct = column === undefined ? undefined : distinctOf(batch, column)
      if (distinct === undefined || distinct.count === 0) return
      const prints: string[] = []
      const digests: string[] = []
      for (let code = 0; code < distinct.count; code++) {
        const found = find(textOf(distinct, code))
        prints.push(found.print)
        digests.push(found.digest)
      }
      batch.columns.set('mysql.slowlog.fingerprint', textDictionary(batch, distinct.codes, prints))
      batch.columns.set('mysql.slowlog.digest', textDictionary(batch, distinct.codes, digests))
    },
  })
}
