import { describe, expect, test } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { absent, type TextColumn } from '../../src/event/column.ts'
import { redact } from '../../src/transform/redact.ts'
import { redactions, redactText } from '../../src/transform/redaction/redact-text.ts'
import { isSuspect } from '../../src/transform/redaction/suspect.ts'
import { batchOf } from '../support/batch.ts'
import { at, documentsOf, through } from './documents.ts'

const known: readonly (readonly [string, string])[] = [
  ['user login password=hunter2 ok', 'user login password=[redacted:password] ok'],
  ['{"password":"a\\"b c","x":1}', '{"password":"[redacted:password]","x":1}'],
  ['{\\"password\\":\\"abc\\"}', '{\\"password\\":\\"[redacted:password]\\"}'],
  ["pwd='x y' next", "pwd='[redacted:password]' next"],
  ['DB_PASSWORD=abc', 'DB_PASSWORD=[redacted:password]'],
  ['mysql --password hunter2 -h db', 'mysql --password [redacted:password] -h db'],
  ['redis://user:s3cret@10.0.0.1:6379/0', 'redis://user:[redacted:password]@10.0.0.1:6379/0'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted:token]'],
  ['"authorization":"Basic dXNlcjpwYXNz"', '"authorization":"[redacted:token]"'],
  ['GET /x?token=abc123&page=2', 'GET /x?token=[redacted:token]&page=2'],
  ['/x?access_token%3Dabc', '/x?access_token%3D[redacted:token]'],
  ['x-api-key: zzz', 'x-api-key: [redacted:token]'],
  ['/a;jsessionid=ABC?x', '/a;jsessionid=[redacted:token]'],
  ['Cookie: a=b; sid=3', 'Cookie: [redacted:token]'],
  ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxw', 'jwt [redacted:token]'],
  [
    'card 4111 1111 1111 1111, 5555-5555-5555-4444, 378282246310005',
    'card [redacted:card], [redacted:card], [redacted:card]',
  ],
  ['银联6222021234567890128', '银联[redacted:card]'],
  [
    'phone 13812345678, +86 138-1234-5678 and +14155552671',
    'phone [redacted:phone], [redacted:phone] and [redacted:phone]',
  ],
  ['20241123 10 12 33 13812345678', '20241123 10 12 33 [redacted:phone]'],
  ['手机13812345678，邮箱x@y.cn', '手机[redacted:phone]，邮箱[redacted:email]'],
  ['mail a.b+c@example.com.', 'mail [redacted:email].'],
  ['id 11010519491231002X ok', 'id [redacted:identity] ok'],
]
const innocent = [
  'order 4111111111111112',
  'id 110105194912310021',
  'ts 1700000000123 2024-11-23 10:20:30.123',
  'ORD13812345678',
  'uid=1381234567812',
  '0.13812345678',
  'tokens=12 used',
  'password is wrong',
  'session opened for user root',
  '@decorator at line 5',
  'a @ b, user@host',
  'upass=1',
]

describe('redacted text', () => {
  test.each(known)('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected)
  })

  test.each(innocent)('%s stays', (text) => {
    expect(redactText(text)).toBe(text)
  })

  test('is not changed by redacting it again', () => {
    for (const [, redacted] of known) expect(redactText(redacted)).toBe(redacted)
  })

  test('passes the search by bytes wherever there is something to redact', () => {
    for (const [text] of known) {
      const bytes = Buffer.from(text)
      if (redactText(text) !== text) expect(isSuspect(bytes, 0, bytes.length), text).toBe(true)
    }
    const clean = Buffer.from('GET /orders/123456 ok 200 in 12:30')
    expect(isSuspect(clean, 0, clean.length)).toBe(false)
  })

  test('keeps kinds that are switched off', () => {
    expect(redactText('a@b.cn 13812345678', { email: false })).toBe('a@b.cn [redacted:phone]')
    expect(redactText('password=x token=y', { password: false })).toBe('password=x token=[redacted:token]')
  })

  test('of a megabyte of hostile text comes back', () => {
    const hostile = [
      'password',
      'password=',
      'a@',
      '1 ',
      '1',
      '://a:',
      'eyJ',
      'cookie:',
      'bearer ',
      'a.',
      '"\\',
      "token='",
    ]
    for (const piece of hostile) expect(redactText(piece.repeat(Math.ceil(1e6 / piece.length)))).toBeTypeOf('string')
    expect(redactText(`password${' '.repeat(1e6)}=x`)).toContain('=x')
  })
})

describe('redact', () => {
  test('replaces in texts, lists of words and undeclared members, and leaves the rest as it is', async () => {
    const [document] = await through(
      [
        {
          message: 'password=x',
          'url.query': 'token=1&a=b',
          'http.request.method': 'GET',
          json: {
            password: 'x',
            phone: 13812345678,
            id: 1234567890123456,
            deep: { list: ['a@b.cn', 7], token: null },
            text: 'plain',
          },
        },
      ],
      [redact()],
    )
    expect(at(document, 'message')).toBe('password=[redacted:password]')
    expect(at(document, 'url.query')).toBe('token=[redacted:token]&a=b')
    expect(at(document, 'http.request.method')).toBe('GET')
    expect(at(document, 'json')).toEqual({
      password: '[redacted:password]',
      phone: '[redacted:phone]',
      id: 1234567890123456,
      deep: { list: ['[redacted:email]', 7], token: null },
      text: 'plain',
    })
  })

  test('takes a field named like a secret away whole', async () => {
    const [document] = await through(
      [{ 'labels.api_key': 'k', message: 'password=x' }],
      [redact({ fields: ['labels.api_key'] })],
    )
    expect(at(document, 'labels.api_key')).toBe('[redacted:token]')
    expect(at(document, 'message')).toBe('password=x')
  })

  test('looks at every text below a name, at nothing else there', async () => {
    const row = {
      'nginx.access.variables.request_uri': '/x?token=abc123',
      'nginx.access.variables.http_authorization': 'Basic dXNlcjpwYXNz',
      'nginx.access.variable': 'token=abc123',
      'nginx.access.gzip_ratio': 3.5,
    }
    const [document] = await through([row], [redact()])
    expect(at(document, 'nginx.access.variables.request_uri')).toBe('/x?token=[redacted:token]')
    expect(at(document, 'nginx.access.variables.http_authorization')).toBe('[redacted:token]')
    expect(at(document, 'nginx.access.variable')).toBe('token=abc123')
    const [other] = await through([row], [redact({ fields: ['nginx.access.*'] })])
    expect(at(other, 'nginx.access.variable')).toBe('token=[redacted:token]')
    expect(at(other, 'nginx.access.gzip_ratio')).toBe(3.5)
  })

  test('takes SQL literals only when asked to', async () => {
    const rows = [{ 'mysql.slowlog.query': "select `a1` from t1 where b = 'x' and c = 7 and d = 'cut" }]
    const [kept] = await through(rows, [redact()])
    expect(at(kept, 'mysql.slowlog.query')).toBe(rows[0]!['mysql.slowlog.query'])
    const [taken] = await through(rows, [redact({ sql: true })])
    expect(at(taken, 'mysql.slowlog.query')).toBe(
      "select `a1` from t1 where b = '[redacted:sql]' and c = [redacted:sql] and d = '[redacted:sql]'",
    )
  })

  test('a value that is part of one already looked at is judged by the row it is of', () => {
    const texts = ['/a?x=1', '/b?token=abc', '/c?y=2', '/d?card=4111111111111111', '/e', '/f?z=password%3Dq']
    const batch = batchOf(texts.map((text) => ({ 'url.original': text })))
    const whole = batch.columns.get('url.original') as TextColumn
    const start = whole.start.map((from, i) => from + Math.max(0, texts[i]!.indexOf('?') + 1))
    const none = texts.map((text) => !text.includes('?'))
    batch.columns.set('url.path', {
      kind: 'text',
      start: whole.start.slice(),
      end: whole.end.map((to, i) => (none[i] ? to : start[i]! - 1)),
    })
    batch.columns.set('url.query', {
      kind: 'text',
      start: start.map((from, i) => (none[i] ? absent : from)),
      end: whole.end.slice(),
    })
    redact().apply(batch)
    const [first, second, ...others] = documentsOf(batch).map((document) => at(document, 'url'))
    expect(first).toEqual({ original: '/a?x=1', path: '/a', query: 'x=1' })
    expect(second).toEqual({ original: '/b?token=[redacted:token]', path: '/b', query: 'token=[redacted:token]' })
    expect(others).toEqual([
      { original: '/c?y=2', path: '/c', query: 'y=2' },
      { original: '/d?card=[redacted:card]', path: '/d', query: 'card=[redacted:card]' },
      { original: '/e', path: '/e' },
      {
        original: '/f?z=password%3D[redacted:password]',
        path: '/f',
        query: 'z=password%3D[redacted:password]',
      },
    ])
    release(batch)
  })

  test('says what it does unless told otherwise', () => {
    const on = Object.entries(redactions).filter(([, { on }]) => on)
    expect(on.map(([kind]) => kind)).toEqual(['password', 'token', 'card', 'phone', 'email', 'identity'])
  })

  test('refuses kinds it does not know and fields without text', () => {
    const step = redact({ fields: ['source.ip'], ...({ cards: true } as object) })
    expect(step.problems?.map(({ text }) => text)).toEqual([
      'redact knows no kind called cards',
      'redact cannot change source.ip: it holds no text',
    ])
    expect(step.problems?.[0]?.file).toMatch(/redact\.test\.ts$/)
  })
})
