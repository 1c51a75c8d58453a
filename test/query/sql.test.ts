import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, listValue } from '@duckdb/node-api'
import { fc, test as property } from '@fast-check/vitest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { type Field, fieldOf, fields } from '../../src/event/field.ts'
import { hexIp, ipOf } from '../../src/event/ip.ts'
import { parseKql } from '../../src/query/kql.ts'
import { toPredicate } from '../../src/query/predicate.ts'
import { toSql } from '../../src/query/sql.ts'
import { tokensOfText } from '../../src/query/tokens.ts'
import { stringify } from '../../src/store/stringify.ts'
import { expectedOf, queryCases, queryClock, queryDocuments } from '../conformance/query-cases.ts'
import { batchOf, type Row, schemaOf } from '../support/batch.ts'

const parse = (kql: string) => parseKql(kql, { fieldOf, names: Object.keys(fields), ...queryClock })

const sqlType = { keyword: 'VARCHAR', text: 'VARCHAR', long: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN', date: 'BIGINT', ip: 'VARCHAR', flattened: 'VARCHAR' } as const // biome-ignore format: one table

const nanoseconds = (text: string): bigint => {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  return BigInt(Date.parse(text.replace(/\.\d+/, ''))) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** A value as the table holds it. */
const stored = (type: Field['type'], value: unknown): DuckDBValue => {
  switch (type) {
    case 'long':
      return BigInt(value as number)
    case 'double':
      return Object.is(value, -0) ? '-0.0' : String(value)
    case 'date':
      return nanoseconds(String(value))
    case 'ip':
      return hexIp(ipOf(String(value))!)
    case 'flattened':
      return stringify(value)
    default:
      return value as DuckDBValue
  }
}

/** The physical table, filled with rows; what finds the numbers of those a query is about. */
const tableOf = async (db: DuckDBConnection, name: string, rows: readonly Row[]) => {
  const columns = [...schemaOf(rows)].flatMap(([field, held]) => {
    const type = `${sqlType[held.type]}${held.list === true ? '[]' : ''}`
    const own = { name: field, type, of: (row: Row) => row[field] === undefined ? null : held.list === true ? listValue((row[field] as unknown[]).map((one) => stored(held.type, one))) : stored(held.type, row[field]) } // biome-ignore format: long
    const tokens = { name: `${field}.tokens`, type, of: (row: Row) => row[field] === undefined ? null : ` ${tokensOfText(String(row[field])).map((token) => `${token} `).join('')}` } // biome-ignore format: long
    return held.type === 'text' ? [own, tokens] : [own]
  })
  await db.run(
    `CREATE OR REPLACE TABLE ${name} (row INTEGER, ${columns.map((one) => `"${one.name}" ${one.type}`).join(', ')})`,
  )
  for (const [i, row] of rows.entries()) {
    // Parameters of lists and longs need their type said.
    const places = columns.map((one) => `?::${one.type}`).join(', ')
    await db.run(
      `INSERT INTO ${name} VALUES (${i}, ${places})`,
      columns.map((one) => one.of(row)),
    )
  }
  const names = new Set(columns.map((one) => one.name))
  return async (kql: string): Promise<number[]> => {
    const { text, values } = toSql(parse(kql), (column) => names.has(column))
    const reader = await db.runAndReadAll(`SELECT row FROM ${name} WHERE ${text} ORDER BY row`, [...values])
    return reader.getRows().map(([row]) => Number(row))
  }
}

let instance: DuckDBInstance
let db: DuckDBConnection
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  db = await instance.connect()
})
afterAll(() => {
  db.closeSync()
  instance.closeSync()
})

describe('the case table', () => {
  let find: (kql: string) => Promise<number[]>
  beforeAll(async () => {
    find = await tableOf(db, 'cases', queryDocuments)
  })
  test.for(queryCases)('$kql', async (one) => {
    const found = await find(one.kql)
    expect(found.map((row) => String(queryDocuments[row]!['event.code'])).sort()).toEqual(expectedOf(one))
  })
})

test('a condition in which values are absent is never lost under not, however deep', async () => {
  const find = await tableOf(db, 'absent', [{ 'url.path': '/a' }, { 'host.name': 'x' }])
  expect(await find('not (url.path: /a and host.name: x)')).toEqual([0, 1])
  expect(await find('not (url.path: /a or not host.name: x)')).toEqual([1])
  expect(await find('not not not url.path: /a')).toEqual([1])
})

test('values are parameters, whatever they hold', () => {
  const { text, values } = toSql(parse(`url.path: "'; DROP TABLE events --" or message: "x') OR 1=1"`), () => true)
  expect(text).not.toContain('DROP')
  expect(text).not.toContain('1=1')
  expect(values).toEqual(["'; DROP TABLE events --", ' x or 1 1 '])
})

const word = fc.constantFrom('a', 'A', 'ab', 'Foo', 'foo.bar', '中文', 'é', 'É', '%', '_', '\\', '*', "'", '1', '1.5', '😀', 'true', 'ー') // biome-ignore format: a list
const keyword = fc.oneof(
  fc.array(word, { maxLength: 3 }).map((parts) => parts.join('')),
  fc.constantFrom('x'.repeat(1024), 'x'.repeat(1025), '😀'.repeat(512), '😀'.repeat(513)),
)
const sentence = fc
  .array(fc.oneof(word, fc.constantFrom(' ', '-', ':', ', ')), { maxLength: 8 })
  .map((parts) => parts.join(''))
const whole = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(9007199254740993n, 9007199254740992n, -9223372036854775808n),
)
const real = fc.constantFrom(-1.5, -0, 0, 0.1, 1, 1.5, 1e300)
const address = fc.constantFrom('10.0.0.1', '10.0.1.0', '::1', '2001:db8::5', '255.255.255.255')
const time = fc.constantFrom('2026-11-23T07:59:59.999Z', '2026-11-23T08:00:00.000000001Z', '1969-12-31T23:59:59.999999Z', '2026-11-22T16:00:00Z') // biome-ignore format: a list
const member = fc.oneof(keyword, fc.integer(), fc.boolean(), fc.constant(null))
const members = fc.record(
  {
    a: fc.oneof(
      member,
      fc.array(member, { maxLength: 3 }),
      fc.record({ b: member }),
      fc.array(fc.record({ b: member }), { maxLength: 2 }),
    ),
    'a.b': member,
    b: member,
  },
  { requiredKeys: [] },
)
const row = fc.record(
  {
    'url.path': keyword, tags: fc.array(keyword, { minLength: 1, maxLength: 3 }), message: sentence, 'process.pid': whole,
    'nginx.access.upstream.status': fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 3 }),
    'nginx.access.gzip_ratio': real, 'user_agent.bot': fc.boolean(), 'source.ip': address, '@timestamp': time, json: members,
  },
  { requiredKeys: [] },
) // biome-ignore format: a table

const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`
const wildcards = fc
  .array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 4 })
  .map((parts) => `${parts.map((part) => (part === '*' ? '*' : part.replace(/[\\():<>"*{}]/g, '\\$&'))).join('')}*`)
const order = fc.constantFrom('<', '<=', '>', '>=')
const compare = (field: string, value: fc.Arbitrary<unknown>, limit = value) =>
  fc.oneof(
    value.map((one) => `${field}: ${quote(String(one))}`),
    fc.tuple(order, limit).map(([how, one]) => `${field} ${how} ${quote(String(one))}`),
  )
const text = (field: string) =>
  fc.oneof(
    keyword.map((one) => `${field}: ${quote(one)}`),
    wildcards.map((one) => `${field}: ${one}`),
  )
const leaf = fc.oneof(
  fc.constantFrom('url.path', 'tags', 'message', 'process.pid', 'source.ip', '@timestamp', 'json', 'json.a', 'json.a.b', 'user_agent.bot', 'span.id').map((field) => `${field}: *`),
  text('url.path'), text('tags'), compare('url.path', keyword, sentence), compare('tags', word), text('message'),
  sentence.map((one) => `message: ${quote(one)}`),
  compare('process.pid', fc.oneof(whole, fc.constantFrom(0.5, '9007199254740993.0', '1e30'))),
  compare('nginx.access.upstream.status', fc.integer({ min: -3, max: 3 })),
  compare('nginx.access.gzip_ratio', real), compare('source.ip', fc.oneof(address, fc.constantFrom('10.0.0.0/24', '::/0'))),
  compare('@timestamp', fc.oneof(time, fc.constantFrom('now', 'now/d', '2026-11-23', '1969'))),
  fc.constantFrom('user_agent.bot: true', 'user_agent.bot: false'),
  fc.tuple(fc.constantFrom('json', 'json.a', 'json.b', 'json.a.b', 'json.a.c'), fc.oneof(keyword, fc.integer({ min: -2, max: 2 }))).map(([field, one]) => `${field}: ${quote(String(one))}`),
  fc.constantFrom('json.a: a*', 'json.a.b: 1*', 'json.b: x*'),
) // biome-ignore format: a table
const { question } = fc.letrec<{ question: string }>((tie) => ({
  question: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie('question').map((one) => `not (${one})`),
    fc.tuple(tie('question'), fc.constantFrom('and', 'or'), tie('question')).map(([a, how, b]) => `(${a} ${how} ${b})`),
  ),
}))

property.prop([fc.array(row, { minLength: 1, maxLength: 6 }), fc.array(question, { minLength: 8, maxLength: 8 })], {
  numRuns: 60,
})(
  'columns and DuckDB agree on any documents and questions',
  async (rows, questions) => {
    const find = await tableOf(db, 'random', rows)
    const batch = batchOf(rows)
    try {
      for (const kql of questions) {
        const found = toPredicate(parse(kql))(batch)
        expect({ kql, rows: await find(kql) }).toEqual({
          kql,
          rows: rows.flatMap((_, i) => (found[i] === 1 ? [i] : [])),
        })
      }
    } finally {
      release(batch)
    }
  },
  60_000,
)
