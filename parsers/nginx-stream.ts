import {
  address,
  duration,
  either,
  escaped,
  grammar,
  type Infer,
  int,
  line,
  list,
  number,
  oneOfWords,
  optional,
  or,
  rangesOf,
  text,
  time,
} from 'tailrace'

const client = escaped('hex', address('source.address'))
const each = [', ', ' : ']
const addresses = or('-', escaped('hex', list(each, text('nginx.stream.upstream.address'))))
const sent = or('-', list(each, int('nginx.stream.upstream.bytes_sent')))
const received = or('-', list(each, int('nginx.stream.upstream.bytes_received')))
const connected = or('-', list(each, number('nginx.stream.upstream.connect_time')))

/**
 * nginx has no format of its own for streams. This is `basic` of its documentation, `log-format-stream` of the ingress
 * controller, which has brackets around the address, and `proxy` of NGINX Plus's guide, which says of the upstreams too.
 * Any other is read by its `log_format`.
 */
export const nginxStream = grammar({
  name: 'nginx.stream',
  title: 'nginx stream log: basic and proxy',
  url: 'https://nginx.org/en/docs/stream/ngx_stream_log_module.html',
  line: line`${either(line`[${client}]`, line`${client}`)} [${time('@timestamp', 'clf')}] ${oneOfWords('network.transport', ['TCP', 'UDP'])} ${int('nginx.stream.status')} ${int('destination.bytes')} ${int('source.bytes')} ${duration('event.duration', 's')}${optional(
    line` "${addresses}" "${sent}" "${received}" "${connected}"`,
  )}`,
  derive: { 'event.outcome': rangesOf('nginx.stream.status', [[400, 'success']], 'failure') },
  samples: [
    '203.0.113.7 [11/Feb/2026:06:43:36 +0000] TCP 200 5778 317 0.042',
    '[203.0.113.7] [11/Feb/2026:06:43:36 +0000] UDP 502 0 0 0.000',
    '2001:db8::7 [11/Feb/2026:06:43:36 +0000] TCP 200 5778 317 0.042 "10.0.0.3:3306, 10.0.0.4:3306" "0, 317" "0, 5778" "-, 0.001"',
  ],
})
export type NginxStream = Infer<typeof nginxStream>
