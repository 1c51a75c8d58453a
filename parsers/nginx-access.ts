import {
  address,
  copy,
  either,
  escaped,
  extensionOf,
  grammar,
  type Infer,
  int,
  line,
  list,
  optional,
  or,
  rangesOf,
  requestLine,
  text,
  time,
} from 'tailrace'
import { asked } from './access/asked.ts'

const client = or('-', escaped('hex', address('source.address', { list: 'nginx.access.remote_ip_list' })))
const askedHost = asked('hex')

/**
 * nginx `combined`, and the packaged `main`, which adds the X-Forwarded-For header in quotes. Either may begin with the
 * host asked for, and may have a list of addresses for the address. (Apache's `combined` is the same, but for bytes that
 * may be `-`, as they never are here: such a record is read, but is no sign of nginx.)
 */
export const nginxAccess = grammar({
  name: 'nginx.access',
  title: 'nginx access log: combined and main',
  url: 'https://nginx.org/en/docs/http/ngx_http_log_module.html',
  line: line`${either(line`${client}`, line`${askedHost} ${client}`)} - ${or('-', escaped('hex', text('user.name')))} [${time('@timestamp', 'clf')}] "${requestLine('nginx.access.request', { escape: 'hex', before: '"' })}" ${int('http.response.status_code')} ${or('-', int('http.response.body.bytes'))} "${or('-', escaped('hex', text('http.request.referrer')))}" "${or('-', escaped('hex', text('user_agent.original')))}"${optional(line` "${or('-', escaped('hex', list([', ', ','], text('nginx.access.forwarded_for'))))}"`)}`,
  derive: {
    'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
    'url.domain': copy('destination.address'),
    'url.port': copy('destination.port'),
    'url.extension': extensionOf('url.path'),
  },
  tells: ['http.response.body.bytes'],
  samples: [
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /orders/7?page=2 HTTP/1.1" 200 5778 "-" "Mozilla/5.0"',
    '203.0.113.7 - anna [11/Feb/2026:06:43:36 +0800] "POST /pay HTTP/2.0" 502 157 "https://shop.example/" "curl/8.5.0" "198.51.100.4, 10.0.0.1"',
    'shop.example:443 10.0.0.2, 203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /" 200 5778 "-" "-"',
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "\\x16\\x03\\x01" 400 157 "-" "-"',
  ],
})
export type NginxAccess = Infer<typeof nginxAccess>
