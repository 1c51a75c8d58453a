import {
  address,
  copy,
  duration,
  either,
  escaped,
  extensionOf,
  grammar,
  type Infer,
  int,
  lastOf,
  line,
  list,
  number,
  optional,
  or,
  rangesOf,
  requestLine,
  skip,
  sumOf,
  text,
  time,
  whole,
  word,
} from 'tailrace'
import { asked } from './access/asked.ts'

const each = [', ', ' : ']
const client = or('-', escaped('hex', address('source.address', { list: 'nginx.ingress_controller.remote_ip_list' })))
const askedHost = asked('hex')

/**
 * The default `log-format-upstream` (upstreaminfo) of the Kubernetes ingress controller; up to 0.22 it had the real address in
 * brackets too, and no alternative upstream. It may begin with the host asked for.
 */
export const nginxIngressController = grammar({
  name: 'nginx.ingress_controller',
  title: 'Ingress NGINX controller: upstreaminfo',
  url: 'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/',
  line: line`${either(line`${client}`, line`${askedHost} ${client}`)} - ${optional(line`[${skip()}] - `)}${or('-', escaped('hex', text('user.name')))} [${time('@timestamp', 'clf')}] "${requestLine('nginx.ingress_controller.request', { escape: 'hex', before: '"' })}" ${int('http.response.status_code')} ${int('http.response.body.bytes')} "${or('-', escaped('hex', text('http.request.referrer')))}" "${or('-', escaped('hex', text('user_agent.original')))}" ${int('nginx.ingress_controller.http.request.length')} ${whole(number('nginx.ingress_controller.http.request.time'), line`${duration('event.duration', 's')}`)} [${or('-', word('nginx.ingress_controller.upstream.name'))}] ${optional(line`[${or('-', word('nginx.ingress_controller.upstream.alternative_name'))}] `)}${or('-', list(each, text('nginx.ingress_controller.upstream_address_list')))} ${or('-', list(each, int('nginx.ingress_controller.upstream.response.length_list')))} ${or('-', list(each, number('nginx.ingress_controller.upstream.response.time_list')))} ${or('-', list(each, int('nginx.ingress_controller.upstream.response.status_code_list')))} ${or('-', word('http.request.id'))}`,
  derive: {
    'url.domain': copy('destination.address'),
    'url.port': copy('destination.port'),
    'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
    'url.extension': extensionOf('url.path'),
    'nginx.ingress_controller.http.request.id': copy('http.request.id'),
    'nginx.ingress_controller.upstream.ip': lastOf('nginx.ingress_controller.upstream_address_list', 'ip'),
    'nginx.ingress_controller.upstream.port': lastOf('nginx.ingress_controller.upstream_address_list', 'port'),
    'nginx.ingress_controller.upstream.response.length': lastOf(
      'nginx.ingress_controller.upstream.response.length_list',
    ),
    'nginx.ingress_controller.upstream.response.time': sumOf('nginx.ingress_controller.upstream.response.time_list'),
    'nginx.ingress_controller.upstream.response.status_code': lastOf(
      'nginx.ingress_controller.upstream.response.status_code_list',
    ),
  },
  samples: [
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /orders/7.html HTTP/1.1" 200 59 "-" "curl/8.5.0" 89 0.004 [shop-web-8080] [] 10.0.0.5:8080 59 0.003 200 529a007902362a5f51385a5fa7049884',
    '203.0.113.7 - anna [11/Feb/2026:06:43:36 +0000] "GET / HTTP/2.0" 502 552 "https://shop.example/" "curl/8.5.0" 89 1.004 [shop-web-8080] [shop-canary-8080] 10.0.0.5:8080, 10.0.0.6:8080 0, 59 1.000, 0.003 504, 502 529a007902362a5f51385a5fa7049884',
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "\\x16\\x03\\x01" 400 150 "-" "-" 0 0.000 [] [] - - - - 529a007902362a5f51385a5fa7049884',
    'shop.example:443 10.0.0.1, 203.0.113.7 - [203.0.113.7] - - [11/Feb/2026:06:43:36 +0000] "GET /a HTTP/1.1" 200 59 "-" "curl/8.5.0" 89 0.004 [shop-web-8080] 10.0.0.5:8080 59 0.003 200 529a007902362a5f51385a5fa7049884',
    '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET /a" 404 150 "-" "-" 0 0.000 [upstream-default-backend] [] 127.0.0.1:8181 0 0.000 404 529a007902362a5f51385a5fa7049884',
  ],
})
export type NginxIngressController = Infer<typeof nginxIngressController>
