import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { readOne } from '../grammar/read-records.ts'
import { fixtureFiles, fixtures, parserOf, truth } from './read-fixture.ts'

const { grammars } = await loadFormats()
const named = (name: string) => grammars.find((grammar) => grammar.name === name)!
const headOf = (fixture: string) => readFileSync(join(fixtures, fixture)).subarray(0, 65_536)
const chosen = (head: Uint8Array, path = ''): string => {
  const found = recognise(head, grammars, path)
  return found.kind === 'one' ? found.grammar.name : found.kind
}

const web = [
  'nginx.access',
  'nginx.stream',
  'nginx.ingress_controller',
  'apache.access',
  'apache.error',
  'haproxy.log',
  'traefik.access',
  'gunicorn.access',
]
const mine = fixtureFiles.filter(
  (fixture) => web.includes(parserOf(fixture)) && truth[fixture]!.logFormat === undefined,
)

/** What a log is taken for without its path, where that is not what wrote it: its lines are those of a twin, or of many. */
const alike: Readonly<Record<string, string>> = {
  'apache.access/combined.log': 'nginx.access',
  'apache.access/hostile.log': 'nginx.access',
  'apache.access/vhost-combined.log': 'nginx.access',
  'apache.access/vhost-plain.log': 'nginx.access',
  'apache.access/forwarded.log': 'nginx.access',
  'apache.access/remote-user.log': 'nginx.access',
  'gunicorn.access/default.log': 'nginx.access',
  'traefik.access/generic.log': 'nginx.access',
  'haproxy.log/about-itself.log': 'none',
  'nginx.access/torn-lines.log': 'close',
  'nginx.access/impossible-times.log': 'close',
}

describe('logs of web servers and proxies', () => {
  it.each(mine)('%s is told by its lines alone, or taken for its twin', (fixture) => {
    expect(chosen(headOf(fixture))).toBe(alike[fixture] ?? parserOf(fixture))
  })

  const twins = Object.keys(alike).filter((fixture) => /^(apache|gunicorn)/.test(fixture))
  it.each(twins)('%s is told by where it lies', (fixture) => {
    const product = parserOf(fixture).split('.')[0]!
    expect(chosen(headOf(fixture), `/var/log/${product}/access.log`)).toBe(parserOf(fixture))
  })
  it.each([
    ['/var/log/apache2/other_vhosts_access.log', 'apache.access'],
    ['/srv/other_vhosts_access.log', 'apache.access'],
    ['/var/log/httpd/access_log', 'apache.access'],
    ['/var/log/nginx/access.log', 'nginx.access'],
    ['access.log', 'nginx.access'],
  ])('at %s a log with hosts is of %s', (path, name) => {
    for (const fixture of ['apache.access/vhost-combined.log', 'nginx.access/leading-host-port.log'])
      expect(chosen(headOf(fixture), path)).toBe(name)
  })

  it('one line of many that only one of the twins writes is enough', () => {
    const line = '203.0.113.7 - - [11/Feb/2026:06:43:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"\n'
    expect(chosen(Buffer.from(line.repeat(20)))).toBe('nginx.access')
    expect(chosen(Buffer.from(line.repeat(20) + line.replace('200 5', '304 -')))).toBe('apache.access')
    expect(chosen(Buffer.from(line.repeat(20) + line.replace(' "-" "-"', '')))).toBe('apache.access')
  })
})

test('an Apache line names neither host nor user that is none', () => {
  const read = (front: string): unknown =>
    readOne(named('apache.access'), `${front} [11/Feb/2026:06:43:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`)
  const known = (row: unknown): unknown =>
    Object.fromEntries(
      Object.entries(row as object).filter(([name]) => /^(source|destination|user\.|apache)/.test(name)),
    )
  const ip = { 'source.address': '203.0.113.7', 'source.ip': '203.0.113.7' }
  const host = { 'destination.address': 'shop.example', 'destination.domain': 'shop.example' }
  expect(known(read('203.0.113.7 - -'))).toEqual(ip)
  expect(known(read('- - ""'))).toEqual({})
  expect(known(read('a.example - Anna van der Berg'))).toEqual({
    'source.address': 'a.example',
    'source.domain': 'a.example',
    'user.name': 'Anna van der Berg',
  })
  expect(known(read('203.0.113.7 id a [b] c'))).toEqual({
    ...ip,
    'apache.access.user_identifier': 'id',
    'user.name': 'a [b] c',
  })
  expect(known(read('shop.example:80 203.0.113.7 - -'))).toEqual({ ...ip, ...host, 'destination.port': 80 })
  expect(known(read('shop.example 203.0.113.7 id anna'))).toEqual({
    ...ip,
    ...host,
    'apache.access.user_identifier': 'id',
    'user.name': 'anna',
  })
  expect(known(read('10.0.0.1,203.0.113.7 - -'))).toEqual({
    ...ip,
    'apache.access.remote_ip_list': ['10.0.0.1', '203.0.113.7'],
  })
})

test('an Apache error may be cut anywhere behind its level', () => {
  const head = '[Wed Feb 11 06:43:36.103522 2026] [core:error] '
  const whole = `${head}[pid 7:tid 8] (13)Permission denied: [client 203.0.113.7:50312] AH00035: access to /a denied, referer: https://shop.example/`
  for (let end = head.length; end <= whole.length; end++)
    expect(readOne(named('apache.error'), whole.slice(0, end)), whole.slice(0, end)).toMatchObject({
      'log.level': 'error',
      'apache.error.module': 'core',
    })
  expect(readOne(named('apache.error'), whole)).toMatchObject({
    'error.code': '13',
    'error.message': 'Permission denied',
    'source.port': 50312,
    'event.code': 'AH00035',
    message: 'AH00035: access to /a denied',
    'http.request.referrer': 'https://shop.example/',
  })
})

test('a request that HAProxy cut is read as far as it goes', () => {
  const head = '10.0.1.2:33317 [06/Feb/2026:12:14:14.655] www bck/s1 1/2/3/4/5 200 6 - - ---- 7/8/9/10/+11 12/13 "'
  const whole = `${head}GET /a?b=1 HTTP/1.1`
  for (let end = head.length; end <= whole.length; end++)
    expect(readOne(named('haproxy.log'), whole.slice(0, end)), whole.slice(0, end)).toMatchObject({
      'source.port': 33317,
      'haproxy.connections.retries': 11,
      'haproxy.backend_queue': 13,
    })
})

test('what is wrong in a line of HAProxy is pointed at where it stands', () => {
  const line =
    '10.0.1.2:33317 [06/Feb/2026:12:14:14.655] www bck/s1 1/2/3/x/5 200 6 - - ---- 7/8/9/10/11 12/13 "GET / HTTP/1.1"'
  expect(readOne(named('haproxy.log'), line)).toMatchObject({
    stage: 'parse',
    at: line.indexOf('x/5'),
    field: 'haproxy.http.request.time_wait_without_data_ms',
  })
})
