import {
  address,
  either,
  escaped,
  grammar,
  type Infer,
  int,
  line,
  list,
  optional,
  or,
  rangesOf,
  text,
  time,
  url,
  word,
} from 'tailrace'

/** nginx `combined`, and the packaged `main`, which adds the X-Forwarded-For header in quotes. */
export const nginxAccess = grammar({
  name: 'nginx.access',
  title: 'nginx access log: combined and main',
  url: 'https://nginx.org/en/docs/http/ngx_http_log_module.html',
  line: line`${address('source.address')} - ${or('-', escaped('hex', text('user.name')))} [${time('@timestamp', 'clf')}] "${either(
    line`${word('http.request.method')} ${escaped('hex', url('url.original'))} HTTP/${word('http.version')}`,
    line`${or('-', escaped('hex', text('url.original')))}`,
  )}" ${int('http.response.status_code')} ${int('http.response.body.bytes')} "${or('-', escaped('hex', text('http.request.referrer')))}" "${or('-', escaped('hex', text('user_agent.original')))}"${optional(line` "${or('-', list(', ', word('nginx.access.remote_ip_list')))}"`)}`,
  derive: { 'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure') },
  samples: [
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /orders/7?page=2 HTTP/1.1" 200 5778 "-" "Mozilla/5.0"',
    '203.0.113.7 - anna [11/Feb/2026:06:43:36 +0800] "POST /pay HTTP/2.0" 502 157 "https://shop.example/" "curl/8.5.0" "198.51.100.4, 10.0.0.1"',
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "\\x16\\x03\\x01" 400 157 "-" "-"',
  ],
})
export type NginxAccess = Infer<typeof nginxAccess>
