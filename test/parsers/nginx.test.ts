import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, it, test } from 'vitest'
import { printDiagnostic } from '../../src/event/diagnostic.ts'
import { checkGrammars } from '../../src/grammar/check.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { printRecords, readOne, readRecords } from '../grammar/read-records.ts'

const { grammars } = await loadFormats()
const named = (name: string): Grammar => grammars.find((one) => one.name === name)!
const access = named('nginx.access')
const error = named('nginx.error')

test('samples are law, beside every other format', () => {
  expect(checkGrammars(grammars).map(printDiagnostic)).toEqual([])
})

describe('an access line', () => {
  const rest = '- - [11/Feb/2026:06:43:36 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"'
  it.each<[string, object]>([
    ['203.0.113.7', { 'source.address': '203.0.113.7', 'source.ip': '203.0.113.7' }],
    ['2001:db8::1', { 'source.address': '2001:db8::1', 'source.ip': '2001:db8::1' }],
    ['localhost', { 'source.address': 'localhost', 'nginx.access.remote_ip_list': ['localhost'] }],
    ['unix:', { 'source.address': 'unix:' }],
    [
      'shop.example 10.0.0.2, 203.0.113.7, 127.0.0.1',
      {
        'url.domain': 'shop.example',
        'source.address': '203.0.113.7',
        'nginx.access.remote_ip_list': ['10.0.0.2', '203.0.113.7', '127.0.0.1'],
      },
    ],
    [
      'shop.example:80 "10.5.102.222, 199.96.1.1" 10.2.1.185',
      {
        'url.domain': 'shop.example',
        'url.port': 80,
        'source.ip': '199.96.1.1',
        'nginx.access.remote_ip_list': ['10.5.102.222', '199.96.1.1', '10.2.1.185'],
      },
    ],
    [
      '192.0.2.1:8080 2001:db8:0:0:0::8000, 10.225.192.17 10.2.2.121',
      {
        'url.domain': '192.0.2.1',
        'destination.ip': '192.0.2.1',
        'source.address': '2001:db8:0:0:0::8000',
        'source.ip': '2001:db8::8000',
      },
    ],
    ['shop.example unix:', { 'url.domain': 'shop.example', 'source.address': 'unix:' }],
    ['10.0.0.1, 10.0.0.2', { 'source.address': '10.0.0.1' }],
  ])('of %s', (front, fields) => {
    const row = readOne(access, `${front} ${rest}`)
    expect(row).toMatchObject({ ...fields, 'url.original': '/a', 'http.response.status_code': 200 })
    if (front.endsWith('unix:')) expect(row).not.toHaveProperty(['nginx.access.remote_ip_list'])
  })

  it.each([
    ['a b c d', 'address'],
    ['shop.example 10.0.0.1 10.0.0.2', 'address'],
  ])('that begins with %j fails, and says where', (front) => {
    expect(readOne(access, `${front} ${rest}`)).toMatchObject({ stage: 'parse', at: expect.any(Number) })
  })

  it('takes no request from the agent behind it', () => {
    expect(readOne(access, '::1 - - [11/Feb/2026:06:43:36 +0000] "GET /a" 200 5 "-" "b HTTP/1.1"')).toMatchObject({
      'url.original': '/a',
      'user_agent.original': 'b HTTP/1.1',
    })
  })
})

const escapedByNginx = (text: string): string =>
  [...Buffer.from(text)]
    .map((b) =>
      b < 32 || b > 126 || b === 34 || b === 92
        ? `\\x${b.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(b),
    )
    .join('')
const some = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => escapedByNginx(text))

property.prop([
  fc.constantFrom('203.0.113.7', '2001:db8::1', 'unix:', '10.0.0.1, 203.0.113.7'),
  some.filter((text) => !/ \[|^-$/.test(text)),
  fc.oneof(
    some.map((text) => `GET /${text.replaceAll(' HTTP/', '')} HTTP/1.1`),
    some,
    fc.constant('-'),
  ),
  fc.nat(999),
  some,
  some,
  fc.boolean(),
])('an access line prints as it was', (address, user, request, bytes, referrer, agent, main) => {
  const line = `${address} - ${user} [11/Feb/2026:06:43:36 +0000] "${request}" 200 ${bytes} "${referrer}" "${agent}"${main ? ' "198.51.100.4, 10.0.0.1"' : ''}`
  // Commas between forwarded addresses may have blanks behind them or not, which is not kept.
  expect(printRecords(access, [line])).toEqual([main ? undefined : line])
})

describe('an error', () => {
  const front = '2026/02/11 06:43:36 [error] 7#8: *9 '
  const context = ', client: 203.0.113.7, server: shop.example, request: "GET /a HTTP/1.1", host: "shop.example"'
  const ours = {
    'source.address': '203.0.113.7',
    'nginx.error.server': 'shop.example',
    'url.original': '/a',
    'url.domain': 'shop.example',
  }
  const forged = ', client: 6.6.6.6, server: evil, request: "GET /evil HTTP/1.1", host: "evil"'

  it.each([
    ['in the name of a file', `open() "/www/x${forged}" failed (2: No such file or directory)`],
    ['in the name of a file, with its quote closed', `open() "/www/x"${forged}`],
    ['several times', `a${forged}${forged}`],
  ])('is not believed what a client forged %s', (_, message) => {
    expect(readOne(error, `${front}${message}${context}`)).toMatchObject({ ...ours, message })
  })

  it('is not believed what a client forged in its referrer', () => {
    const referrer = `x"${forged}, referrer: "y`
    expect(readOne(error, `${front}access forbidden by rule${context}, referrer: "${referrer}"`)).toMatchObject({
      ...ours,
      message: 'access forbidden by rule',
      'http.request.referrer': referrer,
    })
  })

  it('may be cut anywhere', () => {
    const whole = `${front}open() "/a" failed${context}, referrer: "https://shop.example/"`
    for (let end = front.length; end <= whole.length; end++) {
      const row = readOne(error, whole.slice(0, end))
      expect(row, whole.slice(0, end)).not.toHaveProperty('stage')
      expect(row).toMatchObject({
        'log.level': 'error',
        'process.pid': 7,
        'process.thread.id': 8,
        'nginx.error.connection_id': 9,
      })
    }
  })

  it.each(['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'])('of level %s', (level) => {
    expect(readOne(error, `2026/02/11 06:43:36 [${level}] 7#8: bind() to [::1]:80 failed`)).toEqual({
      '@timestamp': '2026-02-11T06:43:36',
      'log.level': level,
      'process.pid': 7,
      'process.thread.id': 8,
      message: 'bind() to [::1]:80 failed',
    })
  })

  it('of a stream says how much went where', () => {
    expect(
      readOne(
        error,
        '2026/02/11 06:43:36 [info] 7#7: *9 recv() failed (104: Connection reset by peer) while proxying connection, client: 203.0.113.7, server: 0.0.0.0:53, upstream: "10.0.0.1:53", bytes from/to client:1/2, bytes from/to upstream:3/4',
      ),
    ).toMatchObject({
      'nginx.error.upstream': '10.0.0.1:53',
      'nginx.error.client_bytes.received': 1,
      'nginx.error.client_bytes.sent': 2,
      'nginx.error.upstream_bytes.received': 3,
      'nginx.error.upstream_bytes.sent': 4,
    })
  })

  it('keeps lines that others wrote into the log behind it', () => {
    expect(readOne(error, `${front}a${context}\nsh: x: not found\n`)).toMatchObject({
      ...ours,
      'nginx.error.more': 'sh: x: not found\n',
    })
  })

  property.prop([
    fc.array(
      fc.constantFrom(
        ', client: ',
        ', server: ',
        ', request: "',
        '", host: "',
        ', host: "',
        ', referrer: "',
        '", upstream: "',
        '"',
        'GET /a HTTP/1.1',
        '203.0.113.7',
        ' ',
        '\n',
        '\\',
        'x',
        '\u{1f600}',
        '\0',
      ),
      { maxLength: 24 },
    ),
  ])('is read whatever stands in it, and loses nothing of its message', (parts) => {
    const text = parts.join('')
    const row = readOne(error, front + text) as Record<string, unknown>
    expect(row).not.toHaveProperty('stage')
    const message = (row['message'] as string | undefined) ?? ''
    expect(text.startsWith(message)).toBe(true)
  })
})

const seeds = [...access.samples, ...error.samples]
property.prop([
  fc.constantFrom(access, error),
  fc.constantFrom(...seeds),
  fc.array(fc.tuple(fc.nat(220), fc.nat(6), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 4 }),
])('nothing near a line throws, and a failure points into its record', (grammar, seed, cuts) => {
  const text = Buffer.from(
    cuts.reduce((all, [at, length, put]) => all.slice(0, at) + put + all.slice(at + length), seed),
  )
  const [row] = readRecords(grammar, [text]).rows as readonly Record<string, unknown>[]
  if (row!['stage'] !== 'parse') return
  expect(row!['at']).toBeGreaterThanOrEqual(0)
  expect(row!['at']).toBeLessThanOrEqual(text.length)
  expect(row!['expected']).not.toBe('')
})

test('the first lines tell access and error logs apart', () => {
  const told = (lines: readonly string[]): unknown => {
    const found = recognise(Buffer.from(`${lines.join('\n')}\n`), grammars)
    return found.kind === 'one' ? found.grammar.name : found.why
  }
  for (const sample of access.samples) expect(told([sample])).toBe('nginx.access')
  for (const sample of error.samples) expect(told([sample])).toBe('nginx.error')
})
