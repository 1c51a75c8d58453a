import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, it, test } from 'vitest'
import { printDiagnostic } from '../../src/event/diagnostic.ts'
import { checkGrammars } from '../../src/grammar/check.ts'
import { logFormat } from '../../src/grammar/log-format.ts'
import { readOne } from './read-records.ts'

const read = (format: string, line: string): unknown => readOne(logFormat(format), line)

describe("the text of Apache's format", () => {
  const line = '192.0.2.1 - "GET /a HTTP/1.1" 200'
  const fields = {
    'source.address': '192.0.2.1',
    'source.ip': '192.0.2.1',
    'http.request.method': 'GET',
    'url.original': '/a',
    'url.path': '/a',
    'http.version': '1.1',
    'http.response.status_code': 200,
    'event.outcome': 'success',
  }
  it.each([
    ['bare', '%h %u "%r" %>s'],
    ['bare, its quotes escaped', '%h %u \\"%r\\" %>s'],
    ['in quotes', '"%h %u \\"%r\\" %>s"'],
    ['in single quotes', `'%h %u "%r" %>s'`],
    ['with its head and name', 'LogFormat "%h %u \\"%r\\" %>s" short'],
    ['continued over lines', 'LogFormat "%h %u \\\n\\"%r\\" %>s" \\\n short\n'],
    ['of a CustomLog', 'CustomLog "|/usr/bin/rotatelogs logs/a 86400" "%h %u \\"%r\\" %>s" env=!quiet'],
    ['in any case', '  customlog logs/access.log \'%h %u "%r" %>s\''],
  ])('%s', (_, format) => {
    expect(logFormat(format).problems).toEqual([])
    expect(read(format, line)).toEqual(fields)
  })

  it.each([
    ['%h %y', 4, 'Apache has no directive %y'],
    ['%h%l', 3, 'Nothing stands between %h and %l, so that no one can tell where the first ends'],
    ['%h %{Referer', 4, '%{Referer is no whole directive'],
    ['LogFormat "%h %"', 15, '% is no whole directive'],
    ['LogFormat "%h %u', 11, 'The quote " is not closed'],
    ['LogFormat', 10, 'The LogFormat has no format'],
    ['CustomLog logs/a combined', 18, "'combined' names a format that stands elsewhere"],
    ['LogFormat "%h" a\nLogFormat "%u" b', 18, 'Text stands behind the end of the LogFormat'],
    ['LogFormat "%%" a', 1, 'The format has no directive'],
    ['%h %{x}P', 4, "%P has no 'x'"],
    ['%h %{m}T', 4, "%T has no 'm'"],
    ['%h %i', 4, '%i names nothing'],
    ['%h %{%F week %V}t', 4, '%V of %{%F week %V}t is nothing that a time is read by'],
    [
      '%h %{%d/%b/%Y}t',
      4,
      "%{%d/%b/%Y}t: Time layout 'dd/MMM/yyyy' lacks an hour (HH or H), minutes (mm), seconds (ss)",
    ],
    ['LogFormat "%h\\n%u" a', 14, 'A line end stands in the format'],
  ])('%j is refused at character %i', (format, at, text) => {
    const [first] = logFormat(format).problems
    expect(first?.text).toBe(`apache.access: LogFormat, character ${at}: ${text}`)
    expect(first?.mend).not.toBe('')
    expect(first?.file).toContain('apache-format.test.ts')
  })

  it('tells all mistakes at once', () => {
    expect(logFormat('%h%l %y %{').problems.map(({ text }) => text.replace(/.*(character \d+).*/, '$1'))).toEqual([
      'character 3',
      'character 6',
      'character 9',
    ])
  })

  it('is nginx’s where a variable of nginx stands in it, unless it says whose it is', () => {
    expect(logFormat('100% $status').name).toBe('nginx.access')
    expect(logFormat('LogFormat "$status=%>s" x').name).toBe('apache.access')
    expect(read('LogFormat "$status=%>s" x', '$status=404')).toMatchObject({ 'http.response.status_code': 404 })
  })
})

describe("fields of Apache's format", () => {
  test.each<[string, string, string, object]>([
    [
      'of times that stand apart: the surest counts, that of the end is its own',
      '%t %{end:%F %T}t %{msec}t %{%T}t %h',
      '[10/Mar/2026:16:00:00 +0800] 2026-03-10 08:00:01 1773129600123 16:00:00 192.0.2.1',
      {
        '@timestamp': '2026-03-10T08:00:00.123',
        'event.end': '2026-03-10T08:00:01',
        'source.address': '192.0.2.1',
        'source.ip': '192.0.2.1',
      },
    ],
    [
      'of a time in parts',
      '%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t',
      '10/Mar/2026 16:00:00.007 +0800',
      {
        '@timestamp': '2026-03-10T08:00:00.007',
      },
    ],
    [
      'of a time with its fraction behind',
      '%t %{usec_frac}t',
      '[10/Mar/2026:16:00:00 +0800] 000009',
      {
        '@timestamp': '2026-03-10T08:00:00.000009',
      },
    ],
    [
      'of counts with a fraction',
      '%{sec}t.%{usec_frac}t',
      '1773129600.000123',
      {
        '@timestamp': '2026-03-10T08:00:00.000123',
      },
    ],
    ['of counts side by side', '%{%s}t%{msec_frac}t', '1773129600123', { '@timestamp': '2026-03-10T08:00:00.123' }],
    [
      'of a part of a time that stands alone',
      '%t "%r" %{usec_frac}t',
      '[10/Mar/2026:16:00:00 +0800] "GET / HTTP/1.1" 12',
      {
        '@timestamp': '2026-03-10T08:00:00',
        'http.request.method': 'GET',
        'url.original': '/',
        'url.path': '/',
        'http.version': '1.1',
        'apache.access.time_part': '12',
      },
    ],
    [
      'of a time with words of its own',
      `%{on %A the %d of %B %Y at %I:%M:%S %p o'clock}t`,
      "on Tuesday the 10 of March 2026 at 04:00:00 PM o'clock",
      {
        '@timestamp': '2026-03-10T16:00:00',
      },
    ],
    ['of the most exact duration', '%T/%D/%{ms}T', '2/2000123/2000', { 'event.duration': 2_000_123_000 }],
    ['of milliseconds', '%{ms}T', '7', { 'event.duration': 7_000_000 }],
    ['of seconds', '%{s}T', '7', { 'event.duration': 7_000_000_000 }],
    [
      'of a status before and after a redirect',
      '%s %<s %>s',
      '401 401 200',
      {
        'http.response.status_code': 200,
        'event.outcome': 'success',
        'apache.access.original_status': 401,
      },
    ],
    [
      'of the status asked for first, if that is all',
      '%s',
      '401',
      {
        'http.response.status_code': 401,
        'event.outcome': 'failure',
      },
    ],
    [
      'of a request by its parts',
      '%m %U%q %H',
      'GET /a/b.png?c=d HTTP/2.0',
      {
        'http.request.method': 'GET',
        'url.original': '/a/b.png?c=d',
        'url.path': '/a/b.png',
        'url.extension': 'png',
        'url.query': 'c=d',
        'http.version': '2.0',
      },
    ],
    [
      'of a query alone',
      '%m %q %H',
      'GET ?a=b HTTP/1.0',
      {
        'http.request.method': 'GET',
        'url.query': 'a=b',
        'http.version': '1.0',
      },
    ],
    ['of no query', '%m %q %H', 'GET  -', { 'http.request.method': 'GET' }],
    [
      'of hosts with ports',
      '%v:%p %a:%{remote}p',
      'shop.example:443 2001:db8::7:51034',
      {
        'destination.address': 'shop.example',
        'destination.domain': 'shop.example',
        'destination.port': 443,
        'url.domain': 'shop.example',
        'url.port': 443,
        'source.address': '2001:db8::7',
        'source.ip': '2001:db8::7',
        'source.port': 51034,
      },
    ],
    [
      'of addresses that came with the request',
      '%h %{c}a "%{X-Forwarded-For}i"',
      '203.0.113.7 10.0.0.2 "203.0.113.7,10.0.0.9"',
      {
        'source.address': '203.0.113.7',
        'source.ip': '203.0.113.7',
        'apache.access.peer_address': '10.0.0.2',
        'apache.access.forwarded_for': ['203.0.113.7', '10.0.0.9'],
      },
    ],
    [
      'of forwarded addresses without quotes',
      '%{X-Forwarded-For}i %l %u %>s',
      '10.0.0.1, 203.0.113.7 - anna 200',
      {
        'source.address': '203.0.113.7',
        'source.ip': '203.0.113.7',
        'apache.access.remote_ip_list': ['10.0.0.1', '203.0.113.7'],
        'user.name': 'anna',
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'of whatever else is named',
      '"%{X-Tenant}i" "%{X_Tenant}i" "%{x-cache}o" "%{X-Cache}o" %{basket}C %{Basket}C %{ratio}n %{TZ}e %{grpc-status}^to %{SSL_PROTOCOL}x',
      '"a \\"b\\"" "c" "\\x41\\\\" "\\x41\\\\" t-7 t-8 4 UTC 0 TLSv1.2',
      {
        'apache.access.request_headers.x_tenant': 'a "b"',
        'apache.access.request_headers.x_tenant_2': 'c',
        'apache.access.response_headers.x_cache': 'A\\',
        'apache.access.cookies.basket': 't-7',
        'apache.access.cookies.basket_2': 't-8',
        'apache.access.notes.ratio': '4',
        'apache.access.environment.tz': 'UTC',
        'apache.access.response_trailers.grpc_status': '0',
        'apache.access.ssl.protocol': 'TLSv1.2',
        'tls.version': '1.2',
        'tls.version_protocol': 'tls',
      },
    ],
    [
      'of what some statuses lack',
      '%!200,304{User-Agent}i %400,501t %>s',
      '- - 200',
      {
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    ['of nobody', '%u %l %b %L', '"" - - -', {}],
  ])('%s', (_, format, line, fields) => {
    expect(logFormat(format).problems.map(printDiagnostic)).toEqual([])
    expect(read(format, line)).toEqual(fields)
  })
})

test('every directive has a field that its samples fill, and the law of samples holds', () => {
  const plain = [...'haAlurmUqHfRsbBIOSDTvVpPkXLt', '^FB', '>s', '<u', '>U', '!200s']
  const braced = [
    '{c}a',
    '{c}h',
    '{us}T',
    '{ms}T',
    '{s}T',
    '{local}p',
    '{remote}p',
    '{canonical}p',
    '{tid}P',
    '{hextid}P',
  ]
  const named = [...'ionCexc', '^ti', '^to'].map((letter) => `{X-Any}${letter}`)
  const known = [
    '{Referer}i',
    '{User-agent}i',
    '{Host}i',
    '{X-Forwarded-For}i',
    '{UNIQUE_ID}e',
    '{SSL_CIPHER}x',
    '{usec}t',
  ]
  for (const directive of [...plain, ...braced, ...named, ...known]) {
    const grammar = logFormat(`a="%${directive}" b`)
    expect(checkGrammars([grammar]).map(printDiagnostic), directive).toEqual([])
    expect(Object.keys(readOne(grammar, grammar.samples[0]!)).length, directive).toBeGreaterThan(0)
  }
})

/** What ap_escape_logitem writes, after its documentation. */
const write = (text: string): string =>
  [...Buffer.from(text)]
    .map((b) => {
      const short: Readonly<Record<number, string>> = {
        8: '\\b',
        9: '\\t',
        10: '\\n',
        13: '\\r',
        34: '\\"',
        92: '\\\\',
      }
      return short[b] ?? (b < 32 || b >= 127 ? `\\x${b.toString(16).padStart(2, '0')}` : String.fromCharCode(b))
    })
    .join('')
const value = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom('"', '\\', '\\x22', '\\"', '" "', '\\u0041', '\n', '\x1b[31m', '\v'),
)
property.prop([value, value, fc.nat(999)])('whatever Apache escapes comes back', (a, b, status) => {
  const line = `"${write(a)}" "${write(b)}" ${status}`
  const sound = (text: string): string | undefined => (text === '-' ? undefined : Buffer.from(text).toString('utf8'))
  const row = read('"%{A}i" "%{B}o" %>s', line) as Record<string, unknown>
  expect(row['http.response.status_code']).toBe(status)
  expect(row['apache.access.request_headers.a']).toBe(sound(a))
  expect(row['apache.access.response_headers.b']).toBe(sound(b))
})

property.prop([
  fc.array(
    fc.constantFrom(
      '%h',
      '%',
      '%%',
      '%{',
      '}',
      't',
      '%t',
      '%{%F}t',
      '%{',
      "'",
      '"',
      '\\',
      '\\\n',
      ' ',
      'LogFormat ',
      'CustomLog a ',
      '%>',
      '%^',
      '%!',
      '\n',
    ),
    { maxLength: 12 },
  ),
])('no text of a format throws, and a mistake lies within it', (some) => {
  const text = some.join('')
  for (const { text: said } of logFormat(text).problems) {
    const at = Number(/(?:log_format|LogFormat), character (\d+):/.exec(said)?.[1])
    expect(at).toBeGreaterThanOrEqual(1)
    expect(at).toBeLessThanOrEqual(text.length + 1)
  }
})
