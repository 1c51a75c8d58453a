import {
  again,
  blanks,
  bool,
  copy,
  duration,
  either,
  escaped,
  extensionOf,
  grammar,
  host,
  type Infer,
  int,
  last,
  line,
  list,
  never,
  oneOf,
  oneOfWords,
  optional,
  or,
  type Part,
  rangesOf,
  rest,
  skip,
  text,
  time,
  tlsProtocols,
  tlsVersionOf,
  url,
  whole,
  word,
} from 'tailrace'

const stamp = time('@timestamp', 'syslog', 'iso')
const priority = line`<${int('log.syslog.priority')}>`
const tag = line`${word('process.name')}[${int('process.pid')}]: `

/**
 * What `log … format` and syslog daemons put before: `rfc5424`; `rfc3164` and `local`, as sent or as written into files;
 * `timed` and `iso`; `short` and `priority`. With `raw` there is nothing.
 */
const header = optional(
  either(
    line`${optional(priority)}${stamp} ${optional(either(tag, line`${word('host.hostname')} ${tag}`))}`,
    line`${priority}1 ${time('@timestamp', 'iso')} ${or('-', word('host.hostname'))} ${word('process.name')} ${int('process.pid')} - - `,
    priority,
  ),
)

const client = host('source.address', { port: 'source.port', ip: 'source.ip', domain: 'source.domain', sure: true })
/** When the connection, or the first byte of the request, came: better than the time of the header. */
const accepted = again(time('@timestamp', 'dd/MMM/yyyy:HH:mm:ssf'))
const plus = optional(line`+`)
const waits = line`${int('haproxy.total_waiting_time_ms')}/${int('haproxy.connection_wait_time_ms')}`
const total = line`${plus}${or('-1', duration('event.duration', 'ms'))}`
const read = int('haproxy.bytes_read')
const state = word('haproxy.termination_state')
/** Connections of process, frontend, backend and server, and retries; `+` says that another server was tried. */
const load = line`${int('haproxy.connections.active')}/${int('haproxy.connections.frontend')}/${int('haproxy.connections.backend')}/${int('haproxy.connections.server')}/${plus}${int('haproxy.connections.retries')} ${int('haproxy.server_queue')}/${int('haproxy.backend_queue')}`

const method = word('http.request.method')
const target = escaped('hash', url('url.original'))
/** Cut where it is too long for a line, closing quote and all; `<BADREQ>` where there was none. */
const request = whole(
  or('', escaped('hash', text('haproxy.http.request.raw_request_line'))),
  either(
    line`${method} ${never('"', target)} HTTP/${word('http.version')}`,
    line`${oneOfWords('http.request.method', ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'])} ${target}`,
    line`${skip()}`,
  ),
)
/** `option httpslog` adds these. */
const tls = line` ${int('haproxy.ssl.connection_error')}/${or('-', word('haproxy.ssl.error'))}/${int('haproxy.ssl.certificate_error')}/${int('haproxy.ssl.ca_error')}/${bool('haproxy.ssl.resumed', { true: '1', false: '0' })} ${or('-', word('tls.client.server_name'))}/${or('-', oneOfWords('haproxy.ssl.version', tlsProtocols))}/${or('-', word('tls.cipher'))}`

const requestCookie = escaped('hash', text('haproxy.http.request.captured_cookie'))
const responseCookie = escaped('hash', text('haproxy.http.response.captured_cookie'))
const cookies = line`${or('-', escaped('hash', word('haproxy.http.request.captured_cookie')))} ${or('-', escaped('hash', word('haproxy.http.response.captured_cookie')))}`
/** What no cookie can imitate: braces and quotes of headers and requests are escaped, so the last such place is HAProxy's. */
const behind = line` ${state} ${load} ${either(line`{`, line`"`)}`
/**
 * Cookies are logged as they come, blanks and all, between blanks: where only one is there it is all the text; of two the
 * server's is the last word that names a value, for blanks are what clients send.
 */
const spacedCookies = either(
  line`- ${last(responseCookie, { before: behind })}`,
  line`${last(requestCookie, { before: line` ${either(line`-`, line`${skip('word')}=${skip('word')}`)}${behind}` })} ${or('-', escaped('hash', word('haproxy.http.response.captured_cookie')))}`,
  line`${escaped('hash', word('haproxy.http.request.captured_cookie'))} ${last(responseCookie, { before: behind })}`,
)

const httpWith = (captured: Part) =>
  line`${int('haproxy.http.request.time_wait_ms')}/${waits}/${int('haproxy.http.request.time_wait_without_data_ms')}/${total} ${or('-1', int('http.response.status_code'))} ${plus}${whole(int('http.response.bytes'), read)} ${captured} ${state} ${load} ${optional(
    line`{${or('', escaped('hash', list('|', text('haproxy.http.request.captured_headers'))))}} `,
  )}${optional(
    line`{${or('', escaped('hash', list('|', text('haproxy.http.response.captured_headers'))))}} `,
  )}"${request}${optional(line`"${optional(tls)}`)}`
const http = httpWith(cookies)
const tcp = line`${waits}/${total} ${plus}${read} ${state} ${load}`
/** A host may stand before the times, as Filebeat's module knows it. */
const times = either(
  http,
  tcp,
  line`${never('/', host('destination.address', { domain: 'destination.domain', ip: 'destination.ip', port: 'destination.port' }))} ${http}`,
)

/** `option httplog clf`: the address without its port, which comes later. */
const clf = line`${host('source.address', { ip: 'source.ip', domain: 'source.domain' })} - - [${again(time('@timestamp', 'clf'))}] "${request}" ${or('-1', int('http.response.status_code'))} ${plus}${whole(int('http.response.bytes'), read)} "" "" ${int('source.port')} ${skip('word')} "${word('haproxy.frontend_name')}" "${word('haproxy.backend_name')}" "${word('haproxy.server_name')}" ${int('haproxy.http.request.time_wait_ms')} ${int('haproxy.total_waiting_time_ms')} ${int('haproxy.connection_wait_time_ms')} ${int('haproxy.http.request.time_wait_without_data_ms')} ${total} ${state} ${int('haproxy.connections.active')} ${int('haproxy.connections.frontend')} ${int('haproxy.connections.backend')} ${int('haproxy.connections.server')} ${plus}${int('haproxy.connections.retries')} ${int('haproxy.server_queue')} ${int('haproxy.backend_queue')} "${or(['-', ''], escaped('hash', text('haproxy.http.request.captured_cookie')))}" "${or(['-', ''], escaped('hash', text('haproxy.http.response.captured_cookie')))}"${optional(
  line` "${or('', escaped('hash', list('" "', text('haproxy.http.captured_headers'))))}"`,
)}${optional(line` `)}`

const levels = ['EMERG', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG', 'DIAG']
/** What it says of proxies, servers and health checks begins so. */
const about = either(
  line`Proxy `,
  line`Server `,
  line`Backup Server `,
  line`Health check for `,
  line`backend `,
  line`Stopping `,
  line`Pausing `,
  line`Enabling `,
)

const route = line`${client} [${accepted}] ${word('haproxy.frontend_name')} ${word('haproxy.backend_name')}/${word('haproxy.server_name')} `
const derive = {
  'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
  'haproxy.source': copy('source.address'),
  'url.extension': extensionOf('url.path'),
  ...tlsVersionOf('haproxy.ssl.version'),
}

const own = grammar({
  name: 'haproxy.log.own',
  line: line`${header}${either(
    line`${route}${times}`,
    line`${client} [${accepted}] ${word('haproxy.frontend_name')}/${word('haproxy.bind_name')}: ${rest('message')}`,
    line`Connect from ${client} to ${host('destination.address', { port: 'destination.port', ip: 'destination.ip', domain: 'destination.domain', sure: true })} (${word('haproxy.frontend_name')}/${word('haproxy.mode')})`,
    // To its standard error, with the day and time of old versions before the process.
    line`[${oneOfWords('log.level', levels)}]${blanks()}${optional(line`${skip('word')}/${skip('word')} `)}(${again(int('process.pid'))}) : ${rest('message')}`,
    clf,
  )}`,
  derive,
  samples: [
    'Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2026:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {shop.example|curl/8.5.0} {text/html} "GET /index.html HTTP/1.1"',
    '<134>Feb  6 12:12:56 haproxy[14387]: 10.0.1.2:33313 [06/Feb/2026:12:12:51.443] fnt bck/srv1 0/0/+5007 +212 -- 0/0/0/0/+3 0/0',
    '<134>1 2026-02-06T12:14:14.655123+08:00 lb haproxy 7 - - 10.0.1.2:33318 [06/Feb/2026:12:14:14.655] https-in~ bck/<NOSRV> 0/-1/-1/-1/0 503 217 a=b c=d SC-- 1/1/0/0/0 0/0 "POST /pay HTTP/2.0" 0/0000000000000000/0/0/0 shop.example/TLSv1.3/TLS_AES_256_GCM_SHA384',
    '<134>10.0.1.2:33320 [06/Feb/2026:12:14:15.002] www~ app/node2 shop.example 0/0/0/18/18 200 200 - - ---- 222/222/2/0/0 0/0 "GET /cut',
    '10.0.1.2:33319 [06/Feb/2026:12:14:14.655] http-in http-in/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
    '2026-02-06T12:12:09.000123+08:00 Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/HTTP)',
    '2026-02-06T12:12:09.000123+08:00 lb haproxy[7]: 10.0.1.2:56059 [06/Feb/2026:12:12:09.380] frt/f1: Connection error during SSL handshake',
    '[NOTICE]   (7) : haproxy version is 3.0.11',
    '[WARNING] 036/121251 (7) : Server bck/srv1 is DOWN',
    '10.0.1.2 - - [06/Feb/2026:12:14:14 +0000] "GET /a#22b HTTP/1.1" 404 500 "" "" 37558 851 "www" "bck" "srv1" 0 0 3 4 9 ---- 1 1 0 0 0 0 0 "" "" "curl/8.5.0" "text/html"',
    '10.0.1.2:33321 [06/Feb/2026:12:14:15.002] www app/node2 shop.example 0/0/0/18/18 200 200 - - ---- 2/2/2/0/0 0/0 "GET / HTTP/1.1"',
  ],
})
const spaced = grammar({
  name: 'haproxy.log.spaced',
  line: line`${header}${route}${httpWith(spacedCookies)}`,
  derive,
  samples: [
    ...['- S=a b', 'S=a b -', 'S=a b S=c', 'S=a S b'].map(
      (both) =>
        `10.0.1.2:33322 [06/Feb/2026:12:14:15.002] www app/node2 0/0/0/18/18 200 200 ${both} --NI 2/2/2/0/0 0/0 {a|} {b} "GET / HTTP/1.1"`,
    ),
    'Feb  6 12:12:09 lb haproxy[7]: 10.0.1.2:33322 [06/Feb/2026:12:14:15.002] www app/node2 0/0/0/18/+18 -1 +200 - S=a b --NI 2/2/2/0/0 0/0 "GET /"',
    '<134>1 2026-02-06T12:14:14.655123+08:00 lb haproxy 7 - - 10.0.1.2:33322 [06/Feb/2026:12:14:15.002] www app/node2 0/0/0/18/18 400 200 - S=a b --NI 2/2/2/0/+1 0/0 "<BADREQ>',
    '<134>10.0.1.2:33318 [06/Feb/2026:12:14:14.655] https-in~ bck/<NOSRV> 0/-1/-1/-1/0 503 217 - c=d e SC-- 1/1/0/0/0 0/0 "POST /pay HTTP/2.0" 0/0000000000000000/0/0/0 shop.example/TLSv1.3/TLS_AES_256_GCM_SHA384',
    '<134>Feb  6 12:12:56 haproxy[14387]: 10.0.1.2:33318 [06/Feb/2026:12:14:14.655] https-in~ bck/<NOSRV> 0/-1/-1/-1/0 503 217 - c=d e SC-- 1/1/0/0/0 0/0 "POST /pay HTTP/2.0"',
  ],
})
/** The same without a header. Many programs say things that begin like these, so they tell no format. */
const bare = grammar({
  name: 'haproxy.log.bare',
  line: line`${optional(priority)}${optional(line`${time('@timestamp', 'iso')} `)}${whole(text('message'), line`${about}${skip('rest')}`)}`,
  samples: [
    'Server bck/srv1 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    ...['Proxy www started.', 'Backup Server bck/srv2 is UP.', 'Health check for server bck/srv1 failed.'],
    ...['backend bck has no server available!', 'Stopping proxy www.', 'Pausing proxy www.', 'Enabling proxy www.'],
  ],
})
const named = oneOfWords('process.name', ['haproxy'])
const tagged = line`${named}[${int('process.pid')}]: `
/** Whatever else it says, where the header names it. */
const other = grammar({
  name: 'haproxy.log.other',
  line: line`${either(
    line`${optional(priority)}${stamp} ${either(tagged, line`${word('host.hostname')} ${tagged}`)}`,
    line`${priority}1 ${time('@timestamp', 'iso')} ${or('-', word('host.hostname'))} ${named} ${int('process.pid')} - - `,
  )}${rest('message')}`,
  samples: [
    'Feb  6 12:12:09 localhost haproxy[14385]: Loading success.',
    '<133>Feb  6 12:12:09 haproxy[14385]: Reload',
    '<133>1 2026-02-06T12:12:09.123+08:00 lb haproxy 14385 - - Loading success.',
  ],
})
const told = oneOf('haproxy.log.told', own, spaced, other)

/**
 * HAProxy's log: connections (`option tcplog`), requests (`option httplog`, `httpslog`, `httplog clf`), either without such
 * an option, connections that failed, and what it says of itself; as it sends them, as syslog daemons write them, or bare.
 */
export const haproxyLog = oneOf(
  {
    name: 'haproxy.log',
    title: 'HAProxy log: tcp, http and https, errors',
    url: 'https://docs.haproxy.org/3.0/configuration.html#8.2',
    toldBy: told,
  },
  told,
  bare,
)
export type HaproxyLog = Infer<typeof haproxyLog>
