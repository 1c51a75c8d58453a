import { bool, duration, int, number, text, word } from './capture.ts'
import { addressesWritten, type Kind, plainly, type Variable, variable, written } from './format-variable.ts'
import { either, line } from './line.ts'
import { escaped, list, or } from './modify.ts'
import { address, host, url } from './network.ts'
import type { Capture } from './part.ts'
import { requestLine } from './request-line.ts'
import { time } from './time.ts'

const words = written(text)
const long = plainly(int)
const double = plainly(number)
const seconds = plainly((field) => duration(field, 's'))
const target = written(url)
const when = (layout: string): Kind => ({ ...plainly((field) => time(field, layout)), repeats: true, always: true })
/** Values of several upstreams: commas between those tried in turn, colons between internal redirects. */
const several = (read: (field: never) => Capture): Kind => written((field) => list([', ', ' : '], read(field)))
const client = written((field) => address(field, { list: 'nginx.access.remote_ip_list' }))
const clients = addressesWritten((field) => address(field, { list: 'nginx.access.remote_ip_list' }))
const clientAndPort = written((field) => host(field, { port: 'source.port', ip: 'source.ip', sure: true }))
const destination = {
  port: 'destination.port',
  ip: 'destination.ip',
  domain: 'destination.domain',
} as const
const asked = written((field) => host(field, destination))
const askedAndPort = written((field) => host(field, { ...destination, sure: true }))
const request: Kind = { part: (_, writing) => requestLine('nginx.access.request', writing) }
/** `HTTP/1.1`, or whatever a client sent. */
const protocol: Kind = {
  part: (_, { escape: how }) =>
    either(
      line`HTTP/${word('http.version')}`,
      line`${or('-', escaped(how, text('nginx.access.variables.server_protocol')))}`,
    ),
}

const targetParts = ['url.path', 'url.query']
const requestParts = ['http.request.method', ...targetParts, 'http.version']

/**
 * nginx's variables that have a field of their own; any other is text under `nginx.access.variables`. Where several could
 * fill one field, the one that stands first here does. Two joined by a colon are read as one.
 * (https://nginx.org/en/docs/varindex.html)
 */
export const logVariables: Readonly<Record<string, Variable>> = {
  msec: variable(when('epoch_s'), '1773129600.123', '@timestamp'),
  time_iso8601: variable(when('iso'), '2026-03-10T16:00:00+08:00', '@timestamp'),
  time_local: variable(when('clf'), '10/Mar/2026:16:00:00 +0800', '@timestamp'),

  'remote_addr:remote_port': variable(clientAndPort, '203.0.113.7:51034', 'source.address', ['source.port']),
  remote_addr: variable(client, '203.0.113.7', 'source.address'),
  proxy_add_x_forwarded_for: variable(clients, '203.0.113.7, 10.0.0.2', 'source.address'),
  proxy_protocol_addr: variable(client, '203.0.113.7', 'source.address'),
  http_x_forwarded_for: variable(
    addressesWritten((field) => list([', ', ','], text(field))),
    '203.0.113.7, 10.0.0.2',
    'nginx.access.forwarded_for',
  ),
  remote_port: variable(long, '51034', 'source.port'),
  remote_user: variable(words, 'anna', 'user.name'),

  request: variable(request, ['GET /orders/7?page=2 HTTP/1.1', 'GET /orders', 'hello'], 'url.original', requestParts),
  request_method: variable(words, 'GET', 'http.request.method'),
  request_uri: variable(target, '/orders/7?page=2', 'url.original', targetParts),
  uri: variable(words, '/orders/7', 'url.path'),
  document_uri: variable(words, '/orders/7', 'url.path'),
  args: variable(words, 'page=2', 'url.query'),
  query_string: variable(words, 'page=2', 'url.query'),
  server_protocol: variable(protocol, ['HTTP/1.1', '-'], 'http.version'),
  scheme: variable(words, 'https', 'url.scheme'),
  'host:server_port': variable(askedAndPort, 'shop.example:443', 'destination.address', ['destination.port']),
  'http_host:server_port': variable(askedAndPort, 'shop.example:443', 'destination.address', ['destination.port']),
  'server_name:server_port': variable(askedAndPort, 'shop.example:443', 'destination.address', ['destination.port']),
  host: variable(asked, 'shop.example', 'destination.address'),
  http_host: variable(asked, 'shop.example:8443', 'destination.address', ['destination.port']),
  server_name: variable(asked, 'shop.example', 'destination.address'),
  server_port: variable(long, '443', 'destination.port'),
  server_addr: variable(words, '10.0.0.1', 'server.address'),
  hostname: variable(words, 'web-1', 'host.hostname'),
  http_referer: variable(words, 'https://shop.example/', 'http.request.referrer'),
  http_user_agent: variable(words, 'Mozilla/5.0', 'user_agent.original'),
  request_length: variable(long, '317', 'http.request.bytes'),
  content_length: variable(long, '12', 'http.request.body.bytes'),
  http_content_length: variable(long, '12', 'http.request.body.bytes'),
  request_id: variable(words, '0123456789abcdef0123456789abcdef', 'http.request.id'),
  http_x_request_id: variable(words, '7f3a', 'http.request.id'),

  status: variable(long, ['200', '404', '400'], 'http.response.status_code'),
  body_bytes_sent: variable(long, '5778', 'http.response.body.bytes'),
  bytes_sent: variable(long, '6012', 'http.response.bytes'),
  sent_http_content_type: variable(words, 'text/html', 'http.response.mime_type'),
  request_time: variable(seconds, '0.004', 'event.duration'),
  session_time: variable(seconds, '0.004', 'event.duration'),
  protocol: variable(words, 'TCP', 'network.transport'),
  gzip_ratio: variable(double, '3.21', 'nginx.access.gzip_ratio'),
  pipe: variable(
    plainly((field) => bool(field, { true: 'p', false: '.' })),
    ['.', 'p'],
    'nginx.access.pipelined',
  ),
  connection: variable(long, '97', 'nginx.access.connection'),
  connection_requests: variable(long, '1', 'nginx.access.connection_requests'),
  connection_time: variable(double, '0.120', 'nginx.access.connection_time'),
  pid: variable(long, '7', 'process.pid'),
  nginx_version: variable(words, '1.28.0', 'service.version'),

  upstream_addr: variable(
    several(text),
    '10.0.0.3:80, unix:/run/app.sock : 10.0.0.4:80',
    'nginx.access.upstream.address',
  ),
  upstream_status: variable(several(int), '502, 200 : 200', 'nginx.access.upstream.status'),
  upstream_response_time: variable(several(number), '0.003, 0.120 : 0.001', 'nginx.access.upstream.response_time'),
  upstream_connect_time: variable(several(number), '-, 0.001 : 0.001', 'nginx.access.upstream.connect_time'),
  upstream_header_time: variable(several(number), '-, 0.003 : 0.001', 'nginx.access.upstream.header_time'),
  upstream_response_length: variable(several(int), '0, 12 : 7', 'nginx.access.upstream.bytes'),
  upstream_bytes_received: variable(several(int), '0, 212 : 207', 'nginx.access.upstream.bytes_received'),
  upstream_bytes_sent: variable(several(int), '0, 112 : 107', 'nginx.access.upstream.bytes_sent'),
  upstream_queue_time: variable(several(number), '0.000', 'nginx.access.upstream.queue_time'),
  upstream_cache_status: variable(words, 'MISS', 'nginx.access.cache_status'),

  ssl_protocol: variable(words, 'TLSv1.3', 'nginx.access.ssl_protocol'),
  ssl_cipher: variable(words, 'TLS_AES_256_GCM_SHA384', 'tls.cipher'),
  otel_trace_id: variable(words, '0af7651916cd43dd8448eb211c80319c', 'trace.id'),
  otel_span_id: variable(words, 'b7ad6b7169203331', 'span.id'),
  geoip_country_code: variable(words, 'NL', 'source.geo.country_iso_code'),
  geoip_city_country_code: variable(words, 'NL', 'source.geo.country_iso_code'),
  geoip_country_name: variable(words, 'Netherlands', 'source.geo.country_name'),
  geoip_city_country_name: variable(words, 'Netherlands', 'source.geo.country_name'),
  geoip_city_continent_code: variable(words, 'EU', 'source.geo.continent_code'),
  geoip_region_name: variable(words, 'Utrecht', 'source.geo.region_name'),
  geoip_city: variable(words, 'Utrecht', 'source.geo.city_name'),
  geoip_org: variable(words, 'Example B.V.', 'source.as.organization.name'),
}

/**
 * Those of the stream module that mean something else than in requests, or are only there.
 * (https://nginx.org/en/docs/stream/ngx_stream_core_module.html#variables)
 */
const streamVariables: Readonly<Record<string, Variable>> = {
  status: variable(long, '200', 'nginx.stream.status'),
  bytes_sent: variable(long, '5778', 'destination.bytes'),
  bytes_received: variable(long, '317', 'source.bytes'),
  connection: variable(long, '97', 'nginx.stream.connection'),
  ssl_preread_server_name: variable(words, 'shop.example', 'tls.client.server_name'),
  ssl_server_name: variable(words, 'shop.example', 'tls.client.server_name'),
  upstream_addr: variable(several(text), '10.0.0.3:3306, 10.0.0.4:3306', 'nginx.stream.upstream.address'),
  upstream_bytes_received: variable(several(int), '0, 212', 'nginx.stream.upstream.bytes_received'),
  upstream_bytes_sent: variable(several(int), '0, 112', 'nginx.stream.upstream.bytes_sent'),
  upstream_connect_time: variable(several(number), '-, 0.001', 'nginx.stream.upstream.connect_time'),
  upstream_first_byte_time: variable(several(number), '0.003', 'nginx.stream.upstream.first_byte_time'),
  upstream_session_time: variable(several(number), '0.004', 'nginx.stream.upstream.session_time'),
}
/** Variables that only the stream module has. */
const onlyOfStreams = ['protocol', 'session_time', 'bytes_received', 'upstream_session_time', 'ssl_preread_server_name']

/** How the variables of one format are read. */
export interface Variables {
  readonly ofStreams: boolean
  of(name: string): Variable
  /** Any that has no field of its own: a header, a cookie, one of a map. */
  other(name: string): Variable
  /** Those that have, the first to fill a field first. */
  readonly ranked: readonly string[]
}

const variablesOf = (known: Readonly<Record<string, Variable>>, prefix: string, stream: boolean): Variables => {
  const other = (name: string): Variable => variable(words, 'value', `${prefix}.variables.${name.replace(':', '_')}`)
  return {
    ofStreams: stream,
    other,
    of: (name) => (Object.hasOwn(known, name) ? known[name]! : other(name)),
    ranked: Object.keys(known),
  }
}
const ofRequests = variablesOf(logVariables, 'nginx.access', false)
const ofStreams = variablesOf({ ...logVariables, ...streamVariables }, 'nginx.stream', true)

/** Requests or streams: what a format of these variables is about. */
export const variablesFor = (names: readonly string[]): Variables =>
  names.some((name) => onlyOfStreams.includes(name)) ? ofStreams : ofRequests
