import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, it, test } from 'vitest'
import { printDiagnostic } from '../../src/event/diagnostic.ts'
import { checkGrammars } from '../../src/grammar/check.ts'
import { logFormat } from '../../src/grammar/log-format.ts'
import { logVariables } from '../../src/grammar/nginx-variables.ts'
import { readOne } from './read-records.ts'

const read = (format: string, line: string): unknown => readOne(logFormat(format), line)

describe('the text of a format', () => {
  const line = '192.0.2.1 - "GET /a HTTP/1.1" 200'
  const fields = {
    'source.address': '192.0.2.1',
    'source.ip': '192.0.2.1',
    'nginx.access.remote_ip_list': ['192.0.2.1'],
    'http.request.method': 'GET',
    'url.original': '/a',
    'url.path': '/a',
    'http.version': '1.1',
    'http.response.status_code': 200,
    'event.outcome': 'success',
  }
  it.each([
    ['bare', '$remote_addr - "$request" $status'],
    ['in braces, with capitals', '$' + '{remote_addr} - "$' + '{Request}" $STATUS'],
    ['in one piece', `'$remote_addr - "$request" $status'`],
    ['in pieces over lines', `'$remote_addr - '\n    '"$request" '\n    '$status';`],
    ['in double quotes', '"$remote_addr - \\"$request\\" $status"'],
    ['with its head', `log_format main '$remote_addr - "$request" '\n '$status';\n`],
    ['with its head and an escape', `  log_format main escape=default '$remote_addr - "$request" $status';`],
    ['with comments between', `log_format main # ours\n '$remote_addr - ' # address\n '"$request" $status';`],
    ['with an escape and bare', 'escape=default $remote_addr - "$request" $status'],
    ['with an escape and quoted', `escape=default '$remote_addr - "$request" $status'`],
    ['with a line end behind', '$remote_addr - "$request" $status\n'],
  ])('%s', (_, format) => {
    expect(logFormat(format).problems).toEqual([])
    expect(read(format, line)).toEqual(fields)
  })

  it('that begins with double quotes is bare', () => {
    expect(read('"$request" "$status"', '"GET /a HTTP/1.1" "200"')).toMatchObject({ 'http.response.status_code': 200 })
  })

  it.each([
    ['hello', 1, 'The format has no variable'],
    ['', 1, 'The format has no variable'],
    ['$status $', 9, 'A $ has no variable behind it'],
    ['$status $ x', 9, 'A $ has no variable behind it'],
    ['$status $' + '{request', 9, '$' + '{request is not closed'],
    ['$status$request', 8, 'Nothing stands between $status and $request, so that no one can tell where the first ends'],
    [
      '$remote_addr:$remote_port$status',
      26,
      'Nothing stands between $remote_addr:$remote_port and $status, so that no one can tell where the first ends',
    ],
    [
      `'$status' '$request'`,
      12,
      'Nothing stands between $status and $request, so that no one can tell where the first ends',
    ],
    ['escape=xml $status', 8, 'nginx has no escape=xml'],
    [`log_format main escape=html '$status';`, 24, 'nginx has no escape=html'],
    [`'$status `, 1, "The quote ' is not closed"],
    [`log_format '$status';`, 12, 'The log_format has no name'],
    [`log_format a '$status'; log_format b '$request';`, 25, 'Text stands behind the end of the log_format'],
  ])('%j is refused at character %i', (format, at, text) => {
    const [first] = logFormat(format).problems
    expect(first?.text).toBe(`nginx.access: log_format, character ${at}: ${text}`)
    expect(first?.mend).not.toBe('')
    expect(first?.file).toContain('log-format.test.ts')
  })

  it('tells all mistakes at once', () => {
    expect(logFormat('$a$b ${c $ x').problems.map(({ text }) => text.replace(/.*(character \d+).*/, '$1'))).toEqual([
      'character 3',
      'character 6',
      'character 10',
    ])
  })
})

describe('fields', () => {
  test.each<[string, string, string, object]>([
    [
      'of everything nginx measures',
      '$msec $request_time $request_length $bytes_sent $body_bytes_sent $connection/$connection_requests $pipe $gzip_ratio',
      '1773129600.123 12.004 317 6012 5778 97/3 p 3.21',
      {
        '@timestamp': '2026-03-10T08:00:00.123',
        'event.duration': 12_004_000_000,
        'http.request.bytes': 317,
        'http.response.bytes': 6012,
        'http.response.body.bytes': 5778,
        'nginx.access.connection': 97,
        'nginx.access.connection_requests': 3,
        'nginx.access.pipelined': true,
        'nginx.access.gzip_ratio': 3.21,
      },
    ],
    [
      'of several upstreams, side by side',
      '$upstream_addr $upstream_status $upstream_response_time $upstream_connect_time $status',
      '10.0.0.3:80, unix:/run/a.sock : none 502, 504 : 200 0.003, 0.120 : 0.001 -, 0.001 : - 200',
      {
        'nginx.access.upstream.address': ['10.0.0.3:80', 'unix:/run/a.sock', 'none'],
        'nginx.access.upstream.status': [502, 504, 200],
        'nginx.access.upstream.response_time': [0.003, 0.12, 0.001],
        'nginx.access.upstream.connect_time': [0.001],
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'that are absent',
      '$remote_user "$http_referer" $upstream_addr $upstream_response_time $gzip_ratio $ssl_protocol $geoip_city "$cookie_a" $status',
      '- "-" - - - - - "" 404',
      { 'http.response.status_code': 404, 'event.outcome': 'failure' },
    ],
    [
      'of TLS',
      '$ssl_protocol $ssl_cipher $status',
      'TLSv1 ECDHE-RSA-AES128-SHA 200',
      {
        'nginx.access.ssl_protocol': 'TLSv1',
        'tls.version': '1.0',
        'tls.version_protocol': 'tls',
        'tls.cipher': 'ECDHE-RSA-AES128-SHA',
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'of hosts',
      '$host:$server_port "$http_host" $server_name $remote_addr:$remote_port',
      '[2001:db8::5]:443 "[2001:db8::5]:443" _ 2001:db8::7:51034',
      {
        'destination.address': '2001:db8::5',
        'destination.ip': '2001:db8::5',
        'destination.port': 443,
        'url.domain': '2001:db8::5',
        'url.port': 443,
        'nginx.access.variables.http_host': '[2001:db8::5]:443',
        'nginx.access.variables.server_name': '_',
        'source.address': '2001:db8::7',
        'source.ip': '2001:db8::7',
        'source.port': 51034,
      },
    ],
    [
      'of a request by its parts',
      '$request_method $scheme $host $uri ?$args $server_protocol',
      'GET https shop.example /a ?b=c HTTP/2.0',
      {
        'http.request.method': 'GET',
        'url.scheme': 'https',
        'destination.address': 'shop.example',
        'destination.domain': 'shop.example',
        'url.domain': 'shop.example',
        'url.path': '/a',
        'url.query': 'b=c',
        'http.version': '2.0',
      },
    ],
    [
      'of parts beside the whole',
      '"$request" $request_method $uri $args $request_uri',
      '"GET /a?b HTTP/1.1" GET /index.html b /a?b',
      {
        'http.request.method': 'GET',
        'url.original': '/a?b',
        'url.path': '/a',
        'url.query': 'b',
        'http.version': '1.1',
        'nginx.access.variables.request_method': 'GET',
        'nginx.access.variables.uri': '/index.html',
        'nginx.access.variables.args': 'b',
        'nginx.access.variables.request_uri': '/a?b',
      },
    ],
    [
      'of the most exact time, whatever others there are',
      '[$time_local] $time_iso8601 $msec $status $status',
      '[10/Mar/2026:16:00:00 +0800] 2026-03-10T16:00:00+08:00 1773129600.123 200 200',
      { '@timestamp': '2026-03-10T08:00:00.123', 'http.response.status_code': 200, 'event.outcome': 'success' },
    ],
    [
      'of variables nginx does not know',
      '$my_map "$http_x_tenant" "$sent_http_x_cache" "$upstream_http_server" $status',
      'blue "acme" "HIT" "gunicorn" 200',
      {
        'nginx.access.variables.my_map': 'blue',
        'nginx.access.variables.http_x_tenant': 'acme',
        'nginx.access.variables.sent_http_x_cache': 'HIT',
        'nginx.access.variables.upstream_http_server': 'gunicorn',
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'of forwarded addresses',
      '$remote_addr "$http_x_forwarded_for"',
      '10.0.0.1 "203.0.113.7, 10.0.0.2,10.0.0.3"',
      {
        'source.address': '10.0.0.1',
        'source.ip': '10.0.0.1',
        'nginx.access.remote_ip_list': ['10.0.0.1'],
        'nginx.access.forwarded_for': ['203.0.113.7', '10.0.0.2', '10.0.0.3'],
      },
    ],
    [
      'of all addresses a request came by',
      '$proxy_add_x_forwarded_for - $status',
      '10.0.0.2, 203.0.113.9, 10.0.0.1 - 200',
      {
        'source.address': '203.0.113.9',
        'source.ip': '203.0.113.9',
        'nginx.access.remote_ip_list': ['10.0.0.2', '203.0.113.9', '10.0.0.1'],
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'of JSON with bare numbers that may be empty',
      '{"t":"$time_iso8601","st":$status,"up":$upstream_response_time,"ref":"$http_referer","rt":$request_time}',
      '{"t":"2026-03-10T16:00:00+08:00","st":200,"up":,"ref":"a\\"b","rt":0.004}',
      {
        '@timestamp': '2026-03-10T08:00:00',
        'http.response.status_code': 200,
        'event.outcome': 'success',
        'http.request.referrer': 'a"b',
        'event.duration': 4_000_000,
      },
    ],
    [
      'of JSON by the default escape',
      '{"t":"$time_iso8601","ref":"$http_referer","up":$upstream_response_time}',
      '{"t":"2026-03-10T16:00:00+08:00","ref":"a\\x22b\\x5Cc","up":0.1, 0.2 : 0.3}',
      {
        '@timestamp': '2026-03-10T08:00:00',
        'http.request.referrer': 'a"b\\c',
        'nginx.access.upstream.response_time': [0.1, 0.2, 0.3],
      },
    ],
    [
      'once, whatever is logged twice',
      'escape=json "$request" "$request" "$http_referer" "$http_referer" $status $status',
      '"G \\"a" "G \\"a" "x\\"y" "x\\"y" 404 404',
      {
        'nginx.access.request': 'G "a',
        'http.request.referrer': 'x"y',
        'http.response.status_code': 404,
        'event.outcome': 'failure',
      },
    ],
    [
      'of a request with escaped quotes before blanks',
      'escape=json "$request" $status',
      '"GET /?q=\\"a\\" b\\\\ HTTP/1.1" 200',
      {
        'http.request.method': 'GET',
        'url.original': '/?q="a" b\\',
        'url.path': '/',
        'url.query': 'q="a" b\\',
        'http.version': '1.1',
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'unescaped, to the text that follows',
      'escape=none "$http_user_agent" "$request" $status',
      '"say "hi"" "GET /a"b HTTP/1.1" 200',
      {
        'user_agent.original': 'say "hi"',
        'http.request.method': 'GET',
        'url.original': '/a"b',
        'url.path': '/a"b',
        'http.version': '1.1',
        'http.response.status_code': 200,
        'event.outcome': 'success',
      },
    ],
    [
      'of what is no request',
      '"$request"',
      '"\\x16\\x03\\x01\\x22 HTTP/"',
      { 'nginx.access.request': '\x16\x03\x01" HTTP/' },
    ],
    [
      'of a short request',
      '"$request" "$http_user_agent"',
      '"GET /a" "x HTTP/1.1"',
      {
        'http.request.method': 'GET',
        'url.original': '/a',
        'url.path': '/a',
        'user_agent.original': 'x HTTP/1.1',
      },
    ],
  ])('%s', (_, format, line, fields) => {
    expect(logFormat(format).problems.map(printDiagnostic)).toEqual([])
    expect(read(format, line)).toEqual(fields)
  })
})

test('every variable has a field that its samples fill, and the law of samples holds', () => {
  for (const name of [...Object.keys(logVariables), 'cookie_a']) {
    const format = `a="$${name.replace(':', ':$')}" b`
    const grammar = logFormat(format)
    expect(checkGrammars([grammar]).map(printDiagnostic)).toEqual([])
    expect(Object.keys(readOne(grammar, grammar.samples[0]!)).length, name).toBeGreaterThan(0)
  }
})

/** What ngx_http_log_escape and ngx_escape_json write, after nginx's source. */
const writers = {
  default: (bytes: Uint8Array): string =>
    [...bytes]
      .map((b) =>
        b < 32 || b >= 127 || b === 34 || b === 92
          ? `\\x${b.toString(16).toUpperCase().padStart(2, '0')}`
          : String.fromCharCode(b),
      )
      .join(''),
  json: (bytes: Uint8Array): string =>
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/["\\]/g, '\\$&')
      .replace(/[\0-\x1f]/g, (c) => {
        const short: Readonly<Record<string, string>> = {
          '\n': '\\n',
          '\r': '\\r',
          '\t': '\\t',
          '\b': '\\b',
          '\f': '\\f',
        }
        return short[c] ?? `\\u00${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
      }),
}
const value = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom('"', '\\', '\\x22', '\\"', '" "', '", "b":"', '\\u0041', ' : ', '\n', '\x1b[31m'),
)

property.prop([fc.constantFrom('default', 'json'), fc.boolean(), value, value, fc.nat(999)])(
  'whatever nginx escapes comes back, with the escape stated or not',
  (how, stated, a, b, status) => {
    const shape =
      how === 'json'
        ? '{"a":"$http_a","b":"$http_b","s":$status}'
        : stated
          ? '"$http_a" "$http_b" $status'
          : '{"a":"$http_a","b":"$http_b","s":$status}'
    const write = writers[how as keyof typeof writers]
    const line = shape
      .replace('$http_a', () => write(Buffer.from(a)))
      .replace('$http_b', () => write(Buffer.from(b)))
      .replace('$status', String(status))
    const sound = (text: string): string | undefined => (text === '-' ? undefined : Buffer.from(text).toString('utf8'))
    const row = readOne(logFormat(stated ? `escape=${how} ${shape}` : shape), line) as Record<string, unknown>
    expect(row['http.response.status_code']).toBe(status)
    expect(row['nginx.access.variables.http_a']).toBe(sound(a))
    expect(row['nginx.access.variables.http_b']).toBe(sound(b))
  },
)

property.prop([
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(
    fc.constantFrom('$status', '$a', '${', '}', "'", '"', '\\', ';', '#', ' ', 'escape=', 'log_format ', '$', '\n'),
    { maxLength: 12 },
  ),
])('no text of a format throws, and a mistake lies within it', (any, some) => {
  for (const text of [any, some.join('')]) {
    for (const { text: said } of logFormat(text).problems) {
      const at = Number(/log_format, character (\d+):/.exec(said)?.[1])
      expect(at).toBeGreaterThanOrEqual(1)
      expect(at).toBeLessThanOrEqual(text.length + 1)
    }
  }
})
