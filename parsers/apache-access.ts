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
  ip,
  line,
  list,
  never,
  oneOf,
  oneOfWords,
  optional,
  or,
  rangesOf,
  requestLine,
  skip,
  text,
  time,
  tlsProtocols,
  tlsVersionOf,
  whole,
  word,
} from 'tailrace'
import { asked } from './access/asked.ts'

const client = or('-', never(',', escaped('any', host('source.address', { ip: 'source.ip', domain: 'source.domain' }))))
/** `%{X-Forwarded-For}i` in the place of `%h`. */
const clients = escaped('any', address('source.address', { list: 'apache.access.remote_ip_list' }))
/** `%v`, `%V` or `%{Host}i`, perhaps with `:%p`. */
const askedHost = asked('any')
const identity = or('-', escaped('any', word('apache.access.user_identifier')))
const when = time('@timestamp', 'clf')
const request = requestLine('apache.access.request', { escape: 'any', before: '"' })
const bytes = or('-', int('http.response.body.bytes'))

/** `%{SSL_PROTOCOL}x %{SSL_CIPHER}x` */
const tls = line`${or('-', oneOfWords('apache.access.ssl.protocol', tlsProtocols))} ${or('-', word('apache.access.ssl.cipher'))}`

/** `%I %O` (combinedio), `%T/%D`, or `%D`; a number with a point is one of seconds, as gunicorn's `%(L)s` and nginx's. */
const numbers = either(
  line` ${whole(duration('event.duration', 's'), line`${skip('word')}.${skip('word')}`)}`,
  line` ${int('http.request.bytes')} ${int('http.response.bytes')}`,
  line` ${skip('word')}/${duration('event.duration', 'us')}`,
  line` ${duration('event.duration', 'us')}`,
)

const ofEvery = {
  'url.extension': extensionOf('url.path'),
  'tls.cipher': copy('apache.access.ssl.cipher'),
  ...tlsVersionOf('apache.access.ssl.protocol'),
}

const user = or(['-', '""'], escaped('any', text('user.name')))
/** Most logs name neither the host asked for nor, by RFC 1413, the user of the client's machine. */
const front = either(
  line`${client} - ${user} [${when}] `,
  line`${clients} - ${user} [${when}] `,
  line`${askedHost} ${client} - ${user} [${when}] `,
  line`${askedHost} ${clients} - ${user} [${when}] `,
  line`${askedHost} ${whole('source.address', ip('source.ip'))} ${identity} ${or(['-', '""'], escaped('any', word('user.name')))} [${when}] `,
  line`${client} ${identity} ${user} [${when}] `,
)
const header = optional(line` "${or('-', escaped('any', list([', ', ','], text('apache.access.forwarded_for'))))}"`)
const agent = line` "${or('-', escaped('any', text('http.request.referrer')))}" "${or('-', escaped('any', text('user_agent.original')))}"${header}`

const common = grammar({
  name: 'apache.access.common',
  line: line`${front}"${request}" ${or('-', int('http.response.status_code'))} ${bytes}${optional(agent)}${optional(numbers)}${optional(line` ${tls}`)}`,
  derive: {
    ...ofEvery,
    'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
    'url.domain': copy('destination.address'),
    'url.port': copy('destination.port'),
  },
  samples: [
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /orders/7 HTTP/1.1" 200 12 "-" "curl/8.5.0" 0.012345',
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /orders/7.html?page=2 HTTP/1.1" 200 5778',
    '203.0.113.7 - anna [11/Feb/2026:06:43:36 +0800] "POST /pay HTTP/2.0" 500 - "https://shop.example/" "a \\"b\\""',
    'shop.example:443 203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /" 200 5778 "-" "-" 1432',
    '203.0.113.7, 10.0.0.1 - - [11/Feb/2026:06:43:36 +0000] "GET / HTTP/1.1" 200 5778 "-" "curl/8.5.0" "10.0.0.3, 10.0.0.4"',
    'shop.example:80 203.0.113.7, 10.0.0.1 - - [11/Feb/2026:06:43:36 +0000] "-" 408 0 "-" "-" 0/1432',
    'shop.example:443 203.0.113.7 7f3a anna [11/Feb/2026:06:43:36 +0000] "GET / HTTP/1.1" 200 5778 "-" "curl/8.5.0" 317 6012',
    'client.example ident anna [11/Feb/2026:06:43:36 +0000] "\\x16\\x03\\x01" 400 - "-" "-" TLSv1.3 TLS_AES_256_GCM_SHA384',
  ],
})

/** `ssl_request_log` of the packaged `httpd-ssl.conf`. */
const ssl = grammar({
  name: 'apache.access.ssl',
  line: line`[${when}] ${client} ${tls} "${request}" ${bytes}`,
  derive: ofEvery,
  samples: [
    '[11/Feb/2026:06:43:36 +0000] 203.0.113.7 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 "GET /appl/a.php?b=1 HTTP/1.1" 1375',
    '[11/Feb/2026:06:43:36 +0000] 203.0.113.7 - - "-" -',
  ],
})

/**
 * Apache's `common`, `combined`, `vhost_combined` and `combinedio`, with `%D` or `%T/%D` behind them, a forwarded header or
 * protocol and cipher; and the request log of mod_ssl. Two numbers behind are bytes received and sent. One is taken for `%D`,
 * microseconds: the line does not tell it from `%T`, `%{ms}T` or `%O`, so a log of these wants its format said,
 * `logFormat('%h %l %u %t "%r" %>s %b %{ms}T')`.
 */
export const apacheAccess = oneOf(
  {
    name: 'apache.access',
    title: 'Apache access log: common, combined, vhost_combined, ssl_request',
    url: 'https://httpd.apache.org/docs/2.4/mod/mod_log_config.html',
    twinOf: 'nginx.access',
    pathWords: ['httpd', 'other_vhosts'],
  },
  // Told by its first byte, it costs the others nothing.
  ssl,
  common,
)
export type ApacheAccess = Infer<typeof apacheAccess>
