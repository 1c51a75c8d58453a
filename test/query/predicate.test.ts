import { afterAll, describe, expect, test } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { fieldOf, fields } from '../../src/event/field.ts'
import { parseKql } from '../../src/query/kql.ts'
import { toPredicate } from '../../src/query/predicate.ts'
import { everything } from '../../src/query/tree.ts'
import { expectedOf, queryCases, queryClock, queryDocuments } from '../conformance/query-cases.ts'
import { batchOf, schemaOf } from '../support/batch.ts'

const parse = (kql: string) => parseKql(kql, { fieldOf, names: Object.keys(fields), ...queryClock })
const codes = queryDocuments.map((row) => String(row['event.code']))

describe('over plain columns', () => {
  const batch = batchOf(queryDocuments)
  afterAll(() => release(batch))
  test.for(queryCases)('$kql', (one) => {
    const found = toPredicate(parse(one.kql))(batch)
    expect(codes.filter((_, i) => found[i] === 1).sort()).toEqual(expectedOf(one))
  })
})

describe('over dictionaries, and members kept as JSON', () => {
  const schema = schemaOf(queryDocuments)
  const batch = batchOf(queryDocuments, schema, {
    as: Object.fromEntries([...schema.keys()].map((name) => [name, name === 'json' ? 'json' : 'dictionary'] as const)),
  })
  afterAll(() => release(batch))
  test.for(queryCases)('$kql', (one) => {
    const found = toPredicate(parse(one.kql))(batch)
    expect(codes.filter((_, i) => found[i] === 1).sort()).toEqual(expectedOf(one))
  })
})

describe('over one value for all rows', () => {
  const rows = [0, 1].map(() => ({
    'host.name': 'web-1',
    message: 'one two',
    'http.response.status_code': 200,
    'source.ip': '10.0.0.1',
  }))
  const batch = batchOf(rows, schemaOf(rows), {
    as: {
      'host.name': 'constant',
      message: 'constant',
      'http.response.status_code': 'constant',
      'source.ip': 'constant',
    },
  })
  afterAll(() => release(batch))
  test.for([
    ['host.name: web-*', 1],
    ['host.name: web', 0],
    ['message: two', 1],
    ['http.response.status_code: 200', 1],
    ['http.response.status_code > 200', 0],
    ['source.ip: 10.0.0.0/8', 1],
    ['not source.ip: 10.0.0.0/8', 0],
  ] as const)('%s', ([kql, hit]) => expect([...toPredicate(parse(kql))(batch)]).toEqual([hit, hit]))
})

test('rows that are not live match nothing', () => {
  const batch = batchOf(queryDocuments)
  batch.outcome[0] = outcome.dead
  const found = toPredicate(everything)(batch)
  expect(found[0]).toBe(0)
  expect(found.reduce((sum, hit) => sum + hit)).toBe(queryDocuments.length - 1)
  release(batch)
})
