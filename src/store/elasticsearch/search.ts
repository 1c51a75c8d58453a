import { fieldOf, type Schema } from '../../event/field.ts'
import type { Search, StoredDocument } from '../store.ts'
import type { Ask, AskOptions } from './ask.ts'
import { hitsOf, whole } from './held.ts'
import { filterOf, targetsOf } from './question.ts'

const pageSize = 500

const newestFirst = [{ field: '@timestamp', descending: true }]
const ties = [
  { field: 'log.file.id', descending: false },
  { field: 'log.offset', descending: false },
]

/** Type to sort a field as where an index does not have it. */
const unmappedType = (field: string, schema: Schema): string => {
  const type = (schema.get(field) ?? fieldOf(field))?.type
  return type === undefined || type === 'text' || type === 'flattened' ? 'keyword' : type
}

/** Pages through the answer; each page goes on after the last document of the one before. */
export async function* searchDocuments(
  ask: Ask,
  search: Search,
  schema: Schema,
  signal: AbortSignal,
  options: AskOptions,
): AsyncGenerator<StoredDocument> {
  const order = [...(search.sort ?? newestFirst), ...ties].filter(
    ({ field }, i, all) => all.findIndex((other) => other.field === field) === i,
  )
  const sort = order.map(({ field, descending }) => ({
    [field]: { order: descending ? 'desc' : 'asc', missing: '_last', unmapped_type: unmappedType(field, schema) },
  }))
  const path = `/${targetsOf(search)}/_search`
  const query = { ...whole, filter_path: 'hits.hits._source,hits.hits.sort' }
  let after: readonly unknown[] | undefined
  for (let left = search.limit; left > 0; ) {
    const size = Math.min(left, pageSize)
    const json = {
      query: filterOf(search),
      sort,
      size,
      track_total_hits: false,
      ...(search.fields === undefined ? {} : { _source: search.fields }),
      ...(after === undefined ? {} : { search_after: after }),
    }
    const hits = hitsOf((await ask({ method: 'POST', path, query, json }, signal, options)).body)
    for (const { _source } of hits) yield _source ?? {}
    if (hits.length < size) return
    left -= hits.length
    after = hits.at(-1)?.sort
  }
}
