import {
  address,
  closed,
  copy,
  either,
  grammar,
  host,
  type Infer,
  int,
  line,
  never,
  oneOf,
  oneOfWords,
  optional,
  or,
  record,
  rest,
  starts,
  text,
  through,
  time,
  url,
  word,
} from 'tailrace'

const when = time('@timestamp', 'slashes')

/** nginx escapes nothing here; what tells a value's end is the name of the next one behind its quote. */
const request = either(
  line`, request: "${word('http.request.method')} ${never('", ', url('url.original'))} HTTP/${closed('"', word('http.version'))}`,
  line`, request: "${or('', closed('"', text('nginx.error.request')))}`,
)

/** Who it was about, in nginx's order; a referrer may hold whatever a client likes, and is the last. */
const context = line`${either(line`, client: `, line`, udp client: `)}${or('', closed('', address('source.address')))}${optional(
  line`, server: ${or('', closed('', text('nginx.error.server')))}`,
)}${optional(request)}${optional(
  line`, subrequest: "${or('', closed('"', text('nginx.error.subrequest')))}`,
)}${optional(line`, upstream: "${or('', closed('"', text('nginx.error.upstream')))}`)}${optional(
  line`, bytes from/to client:${int('nginx.error.client_bytes.received')}/${int('nginx.error.client_bytes.sent')}, bytes from/to upstream:${int('nginx.error.upstream_bytes.received')}/${int('nginx.error.upstream_bytes.sent')}`,
)}${optional(line`, host: "${or('', closed('"', host('destination.address', { port: 'destination.port', ip: 'destination.ip', domain: 'destination.domain' })))}`)}${optional(
  line`, referrer: "${or('', closed('"', text('http.request.referrer')))}`,
)}`

const front = line`${when} [${oneOfWords('log.level', ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'])}] ${int('process.pid')}#${int('process.thread.id')}: ${optional(line`*${int('nginx.error.connection_id')} `)}`
const framing = starts([line`${when} [`])

/** A message about a client; lines behind it are others' who write into the same file. */
const ofClient = grammar({
  name: 'nginx.error.client',
  line: record(
    line`${front}${through(text('message'), { lastBefore: ', referrer: "' })}${context}`,
    optional(line`${or('', rest('nginx.error.more'))}`),
  ),
  framing,
  derive: { 'url.domain': copy('destination.address'), 'url.port': copy('destination.port') },
  samples: [
    '2026/02/11 06:43:36 [error] 7#8: *9 open() "/www/a" failed (2: No such file or directory), client: 203.0.113.7, server: shop.example, request: "GET /a?b=1 HTTP/1.1", host: "shop.example:8080", referrer: "https://shop.example/"',
    '2026/02/11 06:43:36 [error] 7#7: *9 FastCGI sent in stderr: "PHP message: a\nb" while reading response header from upstream, client: unix:, server: , request: "GET /", subrequest: "/auth", upstream: "fastcgi://127.0.0.1:9000"\nmore',
    '2026/02/11 06:43:36 [info] 7#7: *9 udp timed out, udp client: 203.0.113.7, server: 0.0.0.0:53, upstream: "10.0.0.1:53", bytes from/to client:0/0, bytes from/to upstream:0/0',
  ],
})
const plain = grammar({
  name: 'nginx.error.plain',
  line: line`${front}${or('', rest('message'))}`,
  framing,
  samples: ['2026/02/11 06:43:36 [notice] 7#7: signal process started'],
})

/**
 * nginx's error log, http and stream, at any level. A message may have several lines (what PHP wrote to stderr), and may
 * quote what a client asked for: parts that a client forged there are told from nginx's own, which come last. nginx
 * cuts messages at 2 KiB.
 */
export const nginxError = oneOf(
  {
    name: 'nginx.error',
    title: 'nginx error log',
    url: 'https://nginx.org/en/docs/ngx_core_module.html#error_log',
    framing,
  },
  ofClient,
  plain,
)
export type NginxError = Infer<typeof nginxError>
