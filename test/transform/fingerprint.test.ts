import { describe, expect, test } from 'vitest'
import { digest, fingerprint } from '../../src/transform/fingerprint.ts'
import { queryFingerprint } from '../../src/transform/query-fingerprint.ts'
import { at, through } from './documents.ts'

/** Statement and fingerprint as pt-fingerprint (percona-toolkit 3.2.1, or its published test cases) gives them. */
const known: readonly (readonly [string, string])[] = [
  ['SELECT * from foo where a = 5', 'select * from foo where a = ?'],
  [' select  * from\nfoo where a = 5', 'select * from foo where a = ?'],
  ['select null, 5.001, 5001. from foo', 'select ?, ?, ? from foo'],
  [`select 'hello', '\nhello\n', "hello", '\\'' from foo`, 'select ?, ?, ?, ? from foo'],
  ["select 'it''s' from t", 'select ?? from t'],
  ["select '\\\\' from foo", 'select ? from foo'],
  [
    'select 0e0, +6e-30, -6.00 from foo where a = 5.5 or b=0.5 or c=.5',
    'select ?, ?, ? from foo where a = ? or b=? or c=?',
  ],
  ["select 0x0, x'123', 0b1010, b'10101' from foo", 'select ?, ?, ?, ? from foo'],
  ['select foo_1 from foo_2_3', 'select foo_? from foo_?_?'],
  ['select 123foo from 123foo', 'select ?oo from ?oo'],
  ['select a.b1c from tab1', 'select a.? from ta?'],
  ['set names utf8mb4', 'set names utf?m?'],
  ["select x->'$.a' from t", 'select ?>? from t'],
  [
    'SELECT * FROM tbl WHERE id=1 AND flag=true AND trueflag=FALSE',
    'select * from tbl where id=? and flag=? and trueflag=?',
  ],
  ['select * from foo where a in (5) and b in (5, 8,9 ,9 , 10)', 'select * from foo where a in(?+) and b in(?+)'],
  ['insert into foo(a, b, c) values(2, 4, 5) , (2,4,5)', 'insert into foo(a, b, c) values(?+)'],
  ['insert into foo(a, b, c) value(2, 4, 5)', 'insert into foo(a, b, c) value(?+)'],
  ['insert into t (a) values (1),(2) on duplicate key update a=values(a)', 'insert into t (a) values(?+)'],
  [
    'insert into t (a) values (1) on duplicate key update a=values(a)',
    'insert into t (a) values(?+) on duplicate key update a=values(a)',
  ],
  ["replace into t values (NOW(), 'a'), (NOW(), 'b')", 'replace into t values (now(), ?)'],
  ['select * from foo limit 5', 'select * from foo limit ?'],
  ['select * from foo limit 5, 10', 'select * from foo limit ?'],
  ['select * from foo limit 5 offset 10', 'select * from foo limit ?'],
  ['select 1 union select 2 union select 4', 'select ? /*repeat union*/'],
  [
    'select * from (select 1 union all select 2 union all select 4) as x join (select 2 union select 2 union select 3) as y',
    'select * from (select ? /*repeat union all*/) as x join (select ? /*repeat union*/) as y',
  ],
  [
    'select * from t where i=1 order by a, b ASC, d DESC, \n   e asc',
    'select * from t where i=? order by a, b, d desc, e',
  ],
  ['select \n--bar\n foo', 'select foo'],
  ['select foo--bar\nfoo', 'select foo foo'],
  ['select foo -- bar\n', 'select foo '],
  [
    '/* -- S++ SU ABORTABLE -- spd_user: rspadim */SELECT SQL_CACHE a FROM t WHERE b=1001',
    'select sql_cache a from t where b=?',
  ],
  ['select /*!40101 sql_cache */ a from t', 'select /*!? sql_cache */ a from t'],
  [
    "UPDATE g SET  charter = '   -------3\\'\\' XX.\n -----', l = 'Y' WHERE group_id='aaaaaaaa'",
    'update g set charter = ?, l = ? where group_id=?',
  ],
  ["LOAD DATA INFILE '/tmp/foo.txt' INTO db.tbl", 'load data infile ? into db.tbl'],
  ['SELECT /*!40001 SQL_NO_CACHE */ * FROM `film`', 'mysqldump'],
  ['REPLACE /*foo.bar:3/3*/ INTO checksum.checksum (db) SELECT 1', 'percona-toolkit'],
  ['administrator command: Init DB', 'administrator command: Init DB'],
  ['CALL foo(1, 2, 3)', 'call foo'],
  ['use `foo`', 'use ?'],
]

describe('fingerprints', () => {
  test.each(known)('of %s', (sql, expected) => {
    expect(fingerprint(sql)).toBe(expected)
  })

  test('let no value through that pt-fingerprint would', () => {
    expect(fingerprint('select 0xDEADBEEF, 1E5, 1.5E+10')).toBe('select ?, ?, ?')
    expect(fingerprint("call f('a(b', 1)")).toBe('call f')
    expect(fingerprint("select a from t where b = 'x' -- it's ours")).toBe('select a from t where b = ? ')
    expect(fingerprint("insert into t values ('a),(b', 2), ('c', 3)")).toBe('insert into t values(?+)')
  })

  test('of statements cut off anywhere hold no value and take no exception', () => {
    const sql = 'INSERT INTO t (a, `b`) VALUES (\'secret-1\', 4711, "secret-2", 0xAB) /* secret-3 */ -- secret-4'
    for (let end = 0; end <= sql.length; end++) expect(fingerprint(sql.slice(0, end))).not.toMatch(/secret|4711/)
  })

  test('do not differ by a last semicolon or the mark of an administrator command', () => {
    expect(fingerprint('select 1; \n')).toBe('select ?')
    expect(fingerprint('# administrator command: Ping;\n')).toBe('administrator command: Ping')
  })

  test('leave letters beyond ASCII alone', () => {
    expect(fingerprint("SELECT 名称, ÄB FROM 订单 WHERE 城市 = '北京'")).toBe(
      'select 名称, Äb from 订单 where 城市 = ?',
    )
  })

  test('of a megabyte of hostile text come back', () => {
    const hostile = [
      'select ',
      "'",
      'select 1 union ',
      'in (?,',
      '--',
      '/*',
      'limit ?, ',
      '(',
      ' ',
      '`',
      '\\',
      "--'",
      'values (',
    ]
    for (const piece of hostile) {
      const long = fingerprint(piece.repeat(Math.ceil(1e6 / piece.length)))
      expect(long.length).toBeLessThanOrEqual(1e6 + 20)
    }
  })
})

test('a digest is the first half of the MD5 in capitals', () => {
  expect(digest('select ?')).toMatch(/^[0-9A-F]{16}$/)
  // md5('mysqldump') = 8a1b9c… is checked against the sum of the empty text, which everybody knows.
  expect(digest('')).toBe('D41D8CD98F00B204')
})

test('slow queries get fingerprint and digest', async () => {
  const rows = ["SELECT 1 FROM t WHERE a = 'x'", "select 2 from t where a = 'y'"].map((sql) => ({
    'mysql.slowlog.query': sql,
  }))
  const documents = await through([...rows, {}], [queryFingerprint()])
  expect(documents.map((document) => at(document, 'mysql.slowlog.fingerprint'))).toEqual([
    'select ? from t where a = ?',
    'select ? from t where a = ?',
    undefined,
  ])
  expect(at(documents[0], 'mysql.slowlog.digest')).toBe(digest('select ? from t where a = ?'))
})
