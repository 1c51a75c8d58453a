import type { ApacheDirective, ApachePiece } from './apache-format-text.ts'
import { duration, int, oneOfWords, text, word } from './capture.ts'
import { addressesWritten, type Kind, plainly, type Variable, variable, written } from './format-variable.ts'
import { either, line, optional } from './line.ts'
import { escaped, list, never, or } from './modify.ts'
import { address, host, url } from './network.ts'
import { requestLine } from './request-line.ts'
import { tlsProtocols } from './tls.ts'

const words = written(text)
const long = plainly(int)
const took = (unit: 's' | 'ms' | 'us'): Kind => ({ ...plainly((field) => duration(field, unit)), repeats: true })
const client = written((field) => never(',', host(field, { ip: 'source.ip', domain: 'source.domain' })))
const clientAndPort = written((field) => host(field, { port: 'source.port', ip: 'source.ip', sure: true }))
const clients = addressesWritten((field) => address(field, { list: 'apache.access.remote_ip_list' }))
const destination = { port: 'destination.port', ip: 'destination.ip', domain: 'destination.domain' } as const
const asked = written((field) => host(field, destination))
const askedAndPort = written((field) => host(field, { ...destination, sure: true }))
const addresses = addressesWritten((field) => list([', ', ','], text(field)))
const user = written(text, ['-', '""'])
const request: Kind = { part: (_, writing) => requestLine('apache.access.request', writing) }
const protocol: Kind = {
  part: (_, { escape: how }) =>
    either(line`HTTP/${word('http.version')}`, line`${or('-', escaped(how, text('apache.access.request_protocol')))}`),
}
/** A query with its `?`; nothing where there is none. */
const query: Kind = { part: (field, { escape: how }) => optional(line`?${or('', escaped(how, text(field as never)))}`) }

/** What a directive is read as; `own` is the field of one whose fields others have taken. */
interface Item {
  readonly own: string
  readonly variable: Variable
}
const item = (own: string, ...of: Parameters<typeof variable>): Item => ({
  own: `apache.access.${own}`,
  variable: variable(...of),
})
/** One that has no field but its own. */
const only = (own: string, kind: Kind, samples: string | readonly string[]): Item =>
  item(own, kind, samples, `apache.access.${own}`)

const targetParts = ['url.path', 'url.query']

/**
 * Directives by letter, with what stands in braces; the first to fill a field stands first.
 * (https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats, mod_logio.html, mod_ssl.html#logformats)
 */
const items: Readonly<Record<string, Item>> = {
  'h:{remote}p': item('remote_host', clientAndPort, '203.0.113.7:51034', 'source.address', [
    'source.port',
    'source.ip',
  ]),
  'a:{remote}p': item('client_address', clientAndPort, '203.0.113.7:51034', 'source.address', [
    'source.port',
    'source.ip',
  ]),
  h: item('remote_host', client, '203.0.113.7', 'source.address', ['source.ip']),
  a: item('client_address', client, '203.0.113.7', 'source.address', ['source.ip']),
  '{c}h': only('peer_host', words, '10.0.0.2'),
  '{c}a': only('peer_address', words, '10.0.0.2'),
  A: item('local_address', words, '10.0.0.1', 'server.address'),
  l: only('user_identifier', words, 'ident'),
  u: item('user', user, ['anna', '-', '""'], 'user.name'),

  r: item('request_line', request, ['GET /orders/7?page=2 HTTP/1.1', 'GET /orders', 'hello'], 'url.original', [
    'http.request.method',
    ...targetParts,
    'http.version',
  ]),
  m: item('request_method', words, 'GET', 'http.request.method'),
  Uq: item('request_target', written(url), ['/orders/7?page=2', '/orders/7'], 'url.original', targetParts),
  U: item('request_path', words, '/orders/7', 'url.path'),
  q: item('request_query', query, ['?page=2', ''], 'url.query'),
  H: item('request_protocol', protocol, ['HTTP/1.1', '-'], 'http.version'),
  f: only('filename', words, '/var/www/html/index.html'),
  R: only('handler', words, 'proxy-server'),

  s: item('status', long, ['200', '404', '400'], 'http.response.status_code'),
  b: item('body_bytes', long, ['5778', '-'], 'http.response.body.bytes'),
  B: item('body_bytes', long, '5778', 'http.response.body.bytes'),
  I: item('bytes_received', long, '317', 'http.request.bytes'),
  O: item('bytes_sent', long, '6012', 'http.response.bytes'),
  S: only('bytes_transferred', long, '6329'),
  '{us}T': item('duration', took('us'), '1432', 'event.duration'),
  D: item('duration', took('us'), '1432', 'event.duration'),
  '{ms}T': item('duration', took('ms'), '1', 'event.duration'),
  T: item('duration', took('s'), '0', 'event.duration'),
  '{s}T': item('duration', took('s'), '0', 'event.duration'),
  '^FB': only('first_byte_us', long, '1432'),

  'v:p': item('server_name', askedAndPort, 'shop.example:443', 'destination.address', ['destination.port']),
  'V:p': item('server_name', askedAndPort, 'shop.example:443', 'destination.address', ['destination.port']),
  '{host}i:p': item('host_header', askedAndPort, 'shop.example:443', 'destination.address', ['destination.port']),
  v: item('server_name', asked, 'shop.example', 'destination.address'),
  V: item('server_name', asked, 'shop.example', 'destination.address'),
  '{host}i': item('request_headers.host', asked, 'shop.example:8443', 'destination.address', ['destination.port']),
  p: item('canonical_port', long, '443', 'destination.port'),
  '{local}p': item('local_port', long, '443', 'destination.port'),
  '{remote}p': item('remote_port', long, '51034', 'source.port'),

  P: item('pid', long, '7', 'process.pid'),
  '{tid}P': item('tid', long, '140234', 'process.thread.id'),
  '{hextid}P': only('hextid', words, '7f8b4c0'),
  k: only('keepalive_requests', long, '0'),
  X: only('connection_status', { part: (field) => oneOfWords(field as never, ['X', '+', '-']), always: true }, [
    '+',
    '-',
    'X',
  ]),
  L: only('log_id', words, 'aavGKn8AAQEAAAdQ'),
  '{c}L': only('connection_log_id', words, 'aavGKn8AAQEAAAdQ'),

  '{referer}i': item('request_headers.referer', words, 'https://shop.example/', 'http.request.referrer'),
  '{user-agent}i': item('request_headers.user_agent', words, 'Mozilla/5.0', 'user_agent.original'),
  '{x-forwarded-for}i': only('forwarded_for', addresses, '203.0.113.7, 10.0.0.2'),
  '{x-request-id}i': item('request_headers.x_request_id', words, '7f3a', 'http.request.id'),
  '{UNIQUE_ID}e': item('environment.unique_id', words, 'aavGKn8AAQEAAAdQ', 'http.request.id'),
  '{content-type}o': item('response_headers.content_type', words, 'text/html', 'http.response.mime_type'),
  '{ssl_protocol}x': only(
    'ssl.protocol',
    plainly((field) => oneOfWords(field, tlsProtocols)),
    'TLSv1.3',
  ),
  '{ssl_cipher}x': only('ssl.cipher', words, 'TLS_AES_256_GCM_SHA384'),
  '{ssl_tls_sni}x': item('ssl.tls_sni', words, 'shop.example', 'tls.client.server_name'),
}
/** In the place of the client's address. */
const forwarded = item('forwarded_for', clients, ['203.0.113.7, 10.0.0.2', '-'], 'source.address', ['source.ip'])

/** Those that log something of a name: of any name, where the table has none. */
const named: Readonly<Record<string, string>> = {
  i: 'request_headers',
  o: 'response_headers',
  C: 'cookies',
  n: 'notes',
  e: 'environment',
  x: 'ssl',
  c: 'ssl',
  '^ti': 'request_trailers',
  '^to': 'response_trailers',
}
/** Names that differ by case: headers and variables of mod_ssl do not. */
const hasCase = ['C', 'n', 'e']
/** What may stand in the braces of the others; whatever else is there is passed over by Apache. */
const args: Readonly<Record<string, readonly string[]>> = {
  T: ['s', 'ms', 'us'],
  p: ['canonical', 'local', 'remote'],
  P: ['pid', 'tid', 'hextid'],
}
/** What the braces say when there are none. */
const usual = ['canonical', 'pid']
/** Of a redirected request these log what was asked for first, the others what came of it. */
const ofOriginal = ['s', 'U', 'T', 'D', 'r', 'R']

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9_]/g, '_')

export interface ReadItem {
  readonly key: string
  readonly variable: Variable
  /** The same under a field of its own. */
  readonly other: Variable
  readonly rank: number
}
interface WrongItem {
  readonly wrong: string
  readonly mend: string
}

const ranks = Object.keys(items)
/** What yields one field wherever that is. */
const ofOneField = new Set<Kind>([words, long, user])
const otherOf = (own: string, { kind, samples }: Variable): Variable =>
  variable(ofOneField.has(kind) || kind.always === true ? kind : words, samples, own)

/** How the directives of one format are read. */
export const apacheItems = (pieces: readonly ApachePiece[]) => {
  const hasClient = pieces.some((piece) => 'directive' in piece && ['h', 'a'].includes(piece.directive.letter))
  const found = (key: string): Item | undefined =>
    key === '{x-forwarded-for}i' && !hasClient ? forwarded : Object.hasOwn(items, key) ? items[key] : undefined
  const itemOf = (letter: string, arg: string): { readonly key: string; readonly item: Item } | WrongItem => {
    const group = named[letter]
    if (group !== undefined) {
      if (arg === '')
        return { wrong: `%${letter} names nothing`, mend: `Write what it logs in braces, as %{Referer}${letter}` }
      const key = `{${hasCase.includes(letter) ? arg : arg.toLowerCase()}}${letter === 'c' ? 'x' : letter}`
      const own = `${group}.${slug(group === 'ssl' ? arg.replace(/^SSL_/i, '') : arg)}`
      return { key, item: found(key) ?? only(own, words, 'value') }
    }
    const allowed = args[letter]
    if (allowed !== undefined && arg !== '' && !allowed.includes(arg))
      return {
        wrong: `%${letter} has no '${arg}'`,
        mend: `Write one of ${allowed.map((one) => `%{${one}}${letter}`).join(', ')}`,
      }
    const isSaid = arg !== '' && !usual.includes(arg) && Object.hasOwn(items, `{${arg}}${letter}`)
    const key = isSaid ? `{${arg}}${letter}` : letter
    const item = found(key)
    if (item === undefined)
      return {
        wrong: `Apache has no directive %${letter}`,
        mend: `Write one of ${[...new Set([...ranks.filter((one) => /^\^?\w+$/.test(one) && one !== 'Uq').map((one) => `%${one}`), ...Object.keys(named).map((one) => `%{…}${one}`), '%t'])].join(' ')}`,
      }
    return { key, item }
  }
  const readItem = (key: string, base: string, { own, variable: known }: Item, rank: number): ReadItem => ({
    key,
    variable: known,
    other: otherOf(own, known),
    rank: ranks.indexOf(base) < 0 ? ranks.length : ranks.indexOf(base) + rank,
  })
  return {
    /** What a directive is, or what is wrong with it. */
    of({ letter, arg, which, conditions }: ApacheDirective): ReadItem | WrongItem {
      const read = itemOf(letter, arg)
      if ('wrong' in read) return read
      const { key, item } = read
      const differs = which !== undefined && (which === 'original') !== ofOriginal.includes(letter)
      // What came of a request is its status; of everything else the usual one counts where both are logged.
      const isFirst = key === 's' ? differs : !differs
      const shape = `${conditions}${differs ? (which === 'original' ? '<' : '>') : ''}${key}`
      const own =
        differs === (key === 's')
          ? item.own
          : item.own.replace(/\.([a-z_]+)$/, `.${which === 'final' ? 'final' : 'original'}_$1`)
      return readItem(shape, key, { ...item, own }, (isFirst ? 0 : 0.5) + (conditions === '' ? 0 : 0.25))
    },
    /** Two that are read as one, by their name together. */
    joined: (key: string): ReadItem => readItem(key, key, items[key]!, 0),
  }
}
