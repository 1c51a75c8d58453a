import {
  address,
  copy,
  duration,
  either,
  escaped,
  extensionOf,
  grammar,
  host,
  type Infer,
  int,
  json,
  key,
  line,
  never,
  oneOf,
  optional,
  or,
  rangesOf,
  requestLine,
  text,
  through,
  time,
  url,
  word,
  wordsOf,
} from 'tailrace'

const user = or('-', text('user.name'))
const when = time('@timestamp', 'clf')
const client = or('-', never(',', host('source.address', { ip: 'source.ip', domain: 'source.domain' })))
/** Where there is an X-Forwarded-For header, it stands in the place of the address, as it came. */
const clients = address('source.address', { list: 'traefik.access.remote_ip_list' })
const front = line`${either(
  line`${client} - ${user} [${when}] `,
  line`${clients} - ${user} [${when}] `,
  line`${client} ${word('traefik.access.user_identifier')} ${user} [${when}] `,
)}"${requestLine('traefik.access.request', { escape: 'none', before: '' })}" ${or('-', int('http.response.status_code'))} ${or('-', int('http.response.body.bytes'))}`
const referrer = or('-', text('http.request.referrer'))
const agent = or('-', text('user_agent.original'))
const count = or('-', int('traefik.access.request_count'))
const router = line`"${or('-', text('traefik.access.frontend_name'))}"`
const server = line`"${or('-', text('traefik.access.backend_url'))}"`
const took = line`${duration('event.duration', 'ms')}ms`
const derive = {
  'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
  'url.extension': extensionOf('url.path'),
}

/** Later versions write quotes inside of values as `\"`. */
const escapedTail = line`${either(line`"${escaped('any', referrer)}" `, line`- `)}${either(line`"${escaped('any', agent)}" `, line`- `)}${count} ${either(router, line`-`)} ${either(server, line`-`)} ${took}`
/** Earlier ones do not, so that the agent ends where what follows it begins. */
const unescapedTail = line`"${referrer}" "${through(agent, { lastBefore: '" "' })}" ${count} ${router} ${server} ${took}`
/** `format: genericCLF`: nothing in it is Traefik's own. */
const genericTail = line`${either(line`"${escaped('any', referrer)}"`, line`-`)}${optional(line` ${either(line`"${escaped('any', agent)}"`, line`-`)}`)}${optional(line` ${count}`)}`
const samples = [
  '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /orders/7.html?page=2 HTTP/1.1" 200 5778 "https://shop.example/" "a \\"b\\"" 262 "web@file" "http://10.0.0.3:8080" 12ms',
  '203.0.113.7, 10.0.0.1 - anna [11/Feb/2026:06:43:36 +0000] "GET / HTTP/2.0" 404 19 "-" "-" 263 "-" "-" 0ms',
  'client.example ident - [11/Feb/2026:06:43:36 +0000] "- - -" - - - - - - - 0ms',
  '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /a" 404 19 "-" "-" 263 "-" "-" 0ms',
  '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET / HTTP/1.1" 200 5778 "-" "a "b" c" 262 "web@file" "http://10.0.0.3:8080" 12ms',
]
const own = grammar({
  name: 'traefik.access.own',
  line: line`${front} ${either(escapedTail, unescapedTail)}`,
  derive,
  samples,
})
const any = grammar({
  name: 'traefik.access.any',
  line: line`${front}${optional(line` ${either(escapedTail, unescapedTail, genericTail)}`)}`,
  derive,
  samples: [
    ...samples,
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET / HTTP/1.1" 200 5778 "-" "curl/8.5.0"',
    '203.0.113.7, 10.0.0.1 - - [11/Feb/2026:06:43:36 +0000] "GET /a" 200 5778 - - 7',
    '203.0.113.7 ident - [11/Feb/2026:06:43:36 +0000] "-" 200 5778',
  ],
})

/** `format: json`; headers that are kept, and what else there is, stay as they are. */
const structured = json({
  name: 'traefik.access.json',
  members: {
    '@timestamp': key(['StartUTC', 'StartLocal', 'time'], 'date'),
    'log.level': key('level', 'keyword'),
    message: key('msg', 'text'),
    'source.port': key('ClientPort', 'long'),
    'http.request.method': key('RequestMethod', 'keyword'),
    'url.scheme': key('RequestScheme', 'keyword'),
    'http.request.body.bytes': key('RequestContentSize', 'long'),
    'http.response.status_code': key('DownstreamStatus', 'long', { required: true }),
    'http.response.body.bytes': key('DownstreamContentSize', 'long'),
    'http.request.referrer': key('request_Referer', 'keyword'),
    'user_agent.original': key('request_User-Agent', 'keyword'),
    'http.request.id': key('request_X-Request-Id', 'keyword'),
    'event.duration': key('Duration', 'long'),
    'traefik.access.request_count': key('RequestCount', 'long'),
    'traefik.access.frontend_name': key(['RouterName', 'FrontendName'], 'keyword'),
    'traefik.access.backend_url': key(['ServiceURL', 'BackendURL'], 'keyword'),
    'traefik.access.service_name': key(['ServiceName', 'BackendName'], 'keyword'),
    'traefik.access.service_address': key(['ServiceAddr', 'BackendAddr'], 'keyword'),
    'traefik.access.entry_point': key('entryPointName', 'keyword'),
    'traefik.access.origin.status_code': key('OriginStatus', 'long'),
    'traefik.access.origin.bytes': key('OriginContentSize', 'long'),
    'traefik.access.origin.duration_ns': key('OriginDuration', 'long'),
    'traefik.access.overhead_ns': key('Overhead', 'long'),
    'traefik.access.retry_attempts': key('RetryAttempts', 'long'),
    'traefik.access.gzip_ratio': key('GzipRatio', 'double'),
    'tls.version': key('TLSVersion', 'keyword'),
    'tls.cipher': key('TLSCipher', 'keyword'),
    'traefik.access.tls_client_subject': key('TLSClientSubject', 'keyword'),
    'trace.id': key(['trace_id', 'TraceId'], 'keyword'),
    'span.id': key(['span_id', 'SpanId'], 'keyword'),
  },
  lines: {
    ClientHost: either(line`${client}`, line`${clients}`),
    ClientUsername: line`${user}`,
    RequestHost: line`${or('-', host('destination.address', { ip: 'destination.ip', domain: 'destination.domain' }))}`,
    RequestPort: line`${or('-', int('destination.port'))}`,
    RequestPath: line`${url('url.original')}`,
    RequestProtocol: line`HTTP/${word('http.version')}`,
  },
  derive: {
    ...derive,
    'url.domain': copy('destination.address'),
    'url.port': copy('destination.port'),
    'tls.version_protocol': wordsOf('tls.version', { '1.0': 'tls', '1.1': 'tls', '1.2': 'tls', '1.3': 'tls' }),
  },
  samples: [
    '{"ClientAddr":"203.0.113.7:50312","ClientHost":"203.0.113.7","ClientPort":"50312","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":57200,"OriginDuration":0,"OriginStatus":0,"Overhead":57200,"RequestAddr":"shop.example","RequestContentSize":0,"RequestCount":7,"RequestHost":"shop.example","RequestMethod":"GET","RequestPath":"/orders/7.html?page=2","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"http","RetryAttempts":0,"StartLocal":"2026-02-11T14:43:36.123456789+08:00","StartUTC":"2026-02-11T06:43:36.123456789Z","entryPointName":"web","level":"info","msg":"","time":"2026-02-11T06:43:36Z"}',
    '{"ClientHost":"203.0.113.7, 10.0.0.1","DownstreamStatus":200,"RequestPath":"/","StartUTC":"2026-02-11T06:43:36Z","TLSVersion":"1.3"}',
  ],
})
/** Traefik's access log: its extended Common Log Format, JSON, and the generic one. */
export const traefikAccess = oneOf(
  {
    name: 'traefik.access',
    title: 'Traefik access log: CLF and JSON',
    url: 'https://doc.traefik.io/traefik/observe/logs-and-access-logs/',
    toldBy: oneOf('traefik.access.told', own, structured),
  },
  any,
  structured,
)
export type TraefikAccess = Infer<typeof traefikAccess>
