import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mysqlSlowlog } from '../../parsers/mysql-slowlog.ts'
import { fixtures } from './read-fixture.ts'
import { readLog } from './read-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'tailrace-slow-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

interface Slow {
  readonly log: { readonly flags: readonly string[]; readonly offset: number }
  readonly mysql: { readonly slowlog: { readonly query?: string; readonly schema?: string } }
}
const read = async (text: string) => {
  const file = join(directory, 'slow.log')
  writeFileSync(file, text)
  const { documents, failures } = await readLog(mysqlSlowlog, file)
  return { documents: documents.map((document) => JSON.parse(document) as Slow), failures }
}
const entry = (sql: string): string =>
  `# User@Host: shop[shop] @ localhost []\n# Query_time: 0.5  Lock_time: 0  Rows_sent: 0  Rows_examined: 0\nSET timestamp=1773129600;\n${sql}\n`
const queries = async (text: string): Promise<readonly (string | undefined)[]> =>
  (await read(text)).documents.map(({ mysql }) => mysql.slowlog.query)

test('a statement over the limit is cut and flagged, and what follows is read', async () => {
  const plain = readFileSync(join(fixtures, 'mysql.slowlog/mariadb-plain.log'), 'utf8')
  const values = `(${Array.from({ length: 300_000 }, (_, i) => i).join('),(')})`
  const long = plain.replace('SELECT name, price FROM goods WHERE id = 3;', `INSERT INTO goods VALUES\n${values};`)
  expect(long.length).toBeGreaterThan(2 << 20)
  const { documents, failures } = await read(long)
  expect(failures).toEqual([])
  expect(documents).toHaveLength(11)
  const [first, second] = documents
  expect(first!.log.flags).toContain('truncated')
  expect(first!.mysql.slowlog.query).toMatch(/^INSERT INTO goods VALUES\n\(0\),\(1\)/)
  expect(first!.mysql.slowlog.query!.length).toBeLessThanOrEqual(1 << 20)
  expect(second!.log.flags).not.toContain('truncated')
  expect(long.slice(second!.log.offset)).toMatch(/^# (Time|User@Host): /)
})

test('an injection that leaves a quotation open hides no other statement', async () => {
  const texts = [
    "SELECT 'x' OR 1=1 -- ';",
    "SELECT * FROM users WHERE name = 'o'neil;",
    "SELECT 'a';",
    'SELECT 2;',
    "SELECT 'b';",
  ]
  expect(await queries(texts.map(entry).join(''))).toEqual(texts)
})

test('nor where its own is over the limit', async () => {
  const long = `INSERT INTO notes VALUES\n${"('abc'),\n".repeat(200_000)}('o'neil');`
  const texts = [long, "SELECT 'a';", 'SELECT 2;']
  const { documents, failures } = await read(texts.map(entry).join(''))
  expect(failures).toEqual([])
  expect(documents.map(({ mysql }) => mysql.slowlog.query!.slice(0, 12))).toEqual(
    texts.map((text) => text.slice(0, 12)),
  )
  expect(documents.map(({ log }) => log.flags.includes('truncated'))).toEqual([true, false, false])
  expect(await queries(entry(long) + entry('SELECT 2;'))).toHaveLength(2)
})

test('an injection that leaves a comment open hides no other statement', async () => {
  const texts = ['SELECT 1 /* oops;', "SELECT 'a';", 'SELECT 2;']
  expect(await queries(texts.map(entry).join(''))).toEqual(texts)
})

test('a statement that was cut by the end of the server does not take the next header for its own', async () => {
  const banner =
    '/usr/sbin/mysqld, Version: 8.0.36 (MySQL). started with:\nTcp port: 3306  Unix socket: /x\nTime   Id Command    Argument\n'
  expect(await queries(`${entry('SELECT 1,').trimEnd()}\n${banner}${entry('SELECT 2;')}`)).toEqual([
    'SELECT 1,',
    'SELECT 2;',
  ])
})

test('a header without a statement is a record, and one without a time of execution a failure', async () => {
  const head = '# User@Host: a[a] @ localhost []\n'
  const { documents, failures } = await read(`${head}# Query_time: 1\n${head}# Schema: x\n${entry('SELECT 1;')}`)
  expect(documents.map(({ mysql }) => mysql.slowlog.query)).toEqual([undefined, 'SELECT 1;'])
  expect(failures).toHaveLength(1)
  expect(JSON.parse(failures[0]!)).toMatchObject({ code: 'unexpected_end', expected: '"Query_time: "' })
})

test('the database of the header counts before that of the use line', async () => {
  const text = entry('SELECT 1;')
  const schemas = async (one: string) => (await read(one)).documents.map(({ mysql }) => mysql.slowlog.schema)
  expect(await schemas(text.replace('SET', 'use `a b`;\nSET'))).toEqual(['a b'])
  expect(await schemas(text.replace('SET', 'use plain;\nSET'))).toEqual(['plain'])
  expect(
    await schemas(text.replace('# Query', '# Schema: b  QC_hit: No\n# Query').replace('SET', 'use `a`;\nSET')),
  ).toEqual(['b'])
})

test('comments between the statements of a procedure are no headers', async () => {
  const body =
    "CREATE PROCEDURE p() BEGIN\n  -- don't;\n  SELECT 1;\n# Time: 260310  8:00:00\n  SELECT '\\'; \n# User@Host: x[y] @ z []\n';\n# User@Host: x[y] @ z []\nEND;"
  expect(await queries(entry(body) + entry('SELECT 2;'))).toEqual([body, 'SELECT 2;'])
})
