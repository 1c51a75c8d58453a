import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../src/access/audit.ts'
import { limitsOf } from '../../src/access/connection-limits.ts'
import type { Role } from '../../src/config/roles.ts'
import type { Route, RouteRequest } from '../../src/web/route.ts'
import { startWeb, type Web, type WebOptions } from '../../src/web/server.ts'
import { accessOf, byToken, usersOf } from '../support/access.ts'
import { closed } from '../support/closed.ts'
import { waitUntil } from '../support/wait-until.ts'

let web: Web | undefined
afterEach(async () => {
  await web?.close()
  web = undefined
})

const reported: string[] = []
const refused: string[] = []
const audited: AuditEntry[] = []
const start = async (more: Partial<WebOptions> = {}): Promise<URL> => {
  reported.length = 0
  refused.length = 0
  audited.length = 0
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    ready: () => ({ ready: true }),
    metrics: async () => 'tailrace_x 1\n',
    pages: {
      '/': async ({ lang, query, nonce }) => ({ html: `<p>${lang} ${query.get('q') ?? ''} ${nonce}</p>` }),
      '/mail': async () => ({ html: '<p style="color:red">x</p>', status: 404, styledInside: true }),
    },
    report: (line) => reported.push(line),
    refused: (reason) => refused.push(reason),
    audit: (entry) => audited.push(entry),
    limits: limitsOf(undefined),
    ...more,
  })
  return new URL(web.address)
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** `fetch` sets Host itself; this does as it is told. */
const ask = async (base: URL, path: string, { method = 'GET', headers = {}, body = '' }: Asked = {}) => {
  const sent = request({ host: base.hostname, port: base.port, path, method, headers })
  sent.end(body)
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
}

describe('the web server', () => {
  test('answers with headers that let nothing run but its own', async () => {
    const base = await start()
    const first = await ask(base, '/')
    const policy = String(first.headers['content-security-policy'])
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(first.body).toContain(nonce)
    expect((await ask(base, '/')).headers['content-security-policy']).not.toBe(policy)
    expect(first.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
  })

  test('lets a page made for a mail keep its styles, and no script', async () => {
    const answer = await ask(await start(), '/mail')
    expect(answer.status).toBe(404)
    expect(answer.headers['content-security-policy']).toContain("style-src 'unsafe-inline'")
    expect(answer.headers['content-security-policy']).not.toContain('script-src')
  })

  test('knows HEAD, unknown addresses and wrong methods, and reads no body of them', async () => {
    const base = await start()
    expect(await ask(base, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
    expect(await ask(base, '/nowhere')).toMatchObject({ status: 404 })
    expect(await ask(base, '/../../etc/passwd')).toMatchObject({ status: 404 })
    const headers = { 'content-type': 'application/json', 'content-length': '2' }
    expect(await ask(base, '/', { method: 'POST', headers, body: '{}' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
    expect(await ask(base, '/readyz', { method: 'DELETE' })).toMatchObject({ status: 405 })
  })

  test('closes what is no HTTP', async () => {
    const base = await start()
    const socket = connect(Number(base.port), base.hostname)
    socket.end('\u0016\u0003\u0001\u0002\u0000\r\n\r\n')
    expect(await text(socket)).toContain('400 Bad Request')
  })

  test('hides what went wrong inside, and reports it', async () => {
    const base = await start({ pages: { '/': () => Promise.reject(new Error('password=1234')) } })
    const answer = await ask(base, '/')
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('1234')
    expect(reported).toEqual([expect.stringContaining('1234')])
  })

  test('is not ready with 503', async () => {
    const base = await start({ ready: () => ({ ready: false, reasons: ['x'] }) as { ready: boolean } })
    expect(await ask(base, '/readyz')).toMatchObject({ status: 503, body: '{"ready":false,"reasons":["x"]}' })
    expect(await ask(base, '/healthz')).toMatchObject({ status: 200, body: '{"alive":true}' })
  })

  test.each(['evil.example', 'evil.example:7380', '127.0.0.1.evil.example', '10.0.0.1', 'localhost@evil.example'])(
    'on loopback does not answer to the name %j',
    async (host) => {
      const base = await start()
      const answer = await ask(base, '/', { headers: { host } })
      expect(answer.status).toBe(421)
      expect(answer.body).toContain('TAILRACE_TOKEN')
    },
  )

  test.each(['localhost', 'LOCALHOST:1', '127.0.0.1:99', '127.9.9.9', '[::1]:7380'])('answers to %s', async (host) => {
    const base = await start()
    expect(await ask(base, '/', { headers: { host } })).toMatchObject({ status: 200 })
  })

  test.each([
    ['en', {}, '/'],
    ['zh', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }, '/'],
    ['en', { 'accept-language': 'fr, en;q=0.5, zh;q=0.4' }, '/'],
    ['zh', { 'accept-language': 'en' }, '/?lang=zh'],
    ['en', { 'accept-language': 'zh' }, '/?lang=en'],
    ['en', { 'accept-language': ';;q=9,,zh;q=x' }, '/?lang=fr'],
  ])('answers in %s to %j at %s', async (lang, headers, path) => {
    const base = await start()
    expect((await ask(base, path, { headers })).body).toContain(`<p>${lang} `)
  })
})

describe('with a token', () => {
  const token = 'a-long-token-of-words'
  const bearer = { authorization: `Bearer ${token}` }

  test('everything but health asks for it', async () => {
    const base = await start({ access: await byToken(token) })
    for (const path of ['/', '/metrics', '/readyz', '/nowhere'])
      expect(await ask(base, path)).toMatchObject({ status: 401, headers: { 'www-authenticate': /Bearer/ } })
    expect(await ask(base, '/healthz')).toMatchObject({ status: 200 })
    expect(await ask(base, '/', { headers: bearer })).toMatchObject({ status: 200 })
    for (const wrong of ['Bearer ', 'Bearer x', `Basic ${token}`, `Bearer ${token}x`])
      expect(await ask(base, '/', { headers: { authorization: wrong } })).toMatchObject({ status: 401 })
    expect(await ask(base, '/', { headers: { ...bearer, host: 'logs.example' } })).toMatchObject({ status: 200 })
  })

  test('a browser comes in by form or address, and keeps a cookie that holds no token', async () => {
    const base = await start({ access: await byToken(token) })
    const accept = 'text/html'
    const form = await ask(base, '/?q=a', { headers: { accept } })
    expect(form).toMatchObject({ status: 401 })
    expect(form.body).toContain('action="/login"')
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept }
    const body = `token=${token}&next=${encodeURIComponent('/?q=a')}`
    const entered = await ask(base, '/login', { method: 'POST', headers, body })
    expect(entered).toMatchObject({ status: 303, headers: { location: '/?q=a' } })
    const byAddress = await ask(base, `/?q=b&token=${token}`)
    expect(byAddress).toMatchObject({ status: 303, headers: { location: '/?q=b' } })
    for (const { headers: given } of [entered, byAddress]) {
      const [cookie = ''] = given['set-cookie'] ?? []
      expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
      expect(cookie).not.toContain(token)
      const [pair = ''] = cookie.split(';')
      expect(await ask(base, '/', { headers: { cookie: `other=1; ${pair}` } })).toMatchObject({ status: 200 })
      const forged = `${pair.slice(0, -1)}${pair.endsWith('A') ? 'B' : 'A'}`
      expect(await ask(base, '/', { headers: { cookie: forged } })).toMatchObject({ status: 401 })
    }
    expect(await ask(base, '/login', { method: 'POST', headers, body: 'token=x' })).toMatchObject({ status: 401 })
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\r\nset-cookie: a=b', ''])(
    'nobody is sent elsewhere by next=%j',
    async (next) => {
      const base = await start({ access: await byToken(token) })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams({ token, next }).toString()
      const answer = await ask(base, '/login', { method: 'POST', headers, body })
      expect(answer).toMatchObject({ status: 303, headers: { location: '/' } })
    },
  )

  test('the right token sends nobody elsewhere', async () => {
    const base = await start({ access: await byToken(token) })
    expect(await ask(base, `//evil.example/?token=${token}`)).toMatchObject({ status: 303, headers: { location: '/' } })
  })

  test('a body beyond some kilobytes is refused', async () => {
    const base = await start({ access: await byToken(token) })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await ask(base, '/login', { method: 'POST', headers, body: `token=${'x'.repeat(10_000)}` })
    expect(answer.status).toBe(413)
  })
})

describe('an address that is answered elsewhere', () => {
  const asked: RouteRequest[] = []
  const echo: Route = {
    method: 'POST',
    path: '/echo/:name',
    action: 'ingest',
    bodyLimits: { most: 100_000, within: 10_000 },
    async answer(request) {
      asked.push(request)
      return { status: 202, headers: { 'x-kept': 'yes' }, body: { bytes: request.body.length } }
    },
  }

  test('is told of the request, whatever its type, and has the headers of all others', async () => {
    const base = await start({ routes: [echo] })
    const body = '字'.repeat(10_000)
    for (const headers of [{}, { 'content-type': 'application/x-ndjson' }, { 'content-type': 'text/plain' }])
      expect(await ask(base, '/echo/a%2Fb?q=1', { method: 'POST', headers, body })).toMatchObject({
        status: 202,
        body: '{"bytes":30000}',
        headers: { 'x-kept': 'yes', 'x-content-type-options': 'nosniff' },
      })
    const [{ params, query, body: bytes, address, identity } = asked[0]!] = asked
    expect({ params, query: String(query), text: String(bytes), address }).toEqual({
      params: { name: 'a/b' },
      query: 'q=1',
      text: body,
      address: '127.0.0.1',
    })
    expect(identity).toEqual({ name: 'anyone', role: 'admin' })
    expect(await ask(base, '/echo/a', { method: 'PUT' })).toMatchObject({ status: 405, headers: { allow: 'POST' } })
  })

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'HERE', 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://behind.a.proxy' }, 202],
    [{ origin: 'HERE' }, 202],
    [{}, 202],
  ])('takes no request that a page of another server sends: %j', async (given, status) => {
    const base = await start({ routes: [echo] })
    const headers = Object.fromEntries(
      Object.entries({ host: base.host, ...given }).map(([name, value]) => [
        name,
        value === 'HERE' ? base.origin : value,
      ]),
    )
    expect(await ask(base, '/echo/a', { method: 'POST', headers, body: 'x' })).toMatchObject({ status })
    const open = { ...echo, path: '/open', crossOrigin: true }
    await web?.close()
    const other = await start({ routes: [open] })
    expect(await ask(other, '/open', { method: 'POST', headers: { ...headers, host: other.host } })).toMatchObject({
      status: 202,
    })
  })

  test('is asked for nothing that is larger than it takes, said beforehand or not', async () => {
    const base = await start({ routes: [echo] })
    asked.length = 0
    const body = 'x'.repeat(100_001)
    const whole = { 'content-length': String(body.length) }
    const pieces = { 'transfer-encoding': 'chunked' }
    for (const headers of [whole, pieces])
      expect(await ask(base, '/echo/a', { method: 'POST', headers, body })).toMatchObject({
        status: 413,
        body: expect.stringContaining('100000'),
      })
    expect(asked).toEqual([])
  })

  test('answers a browser elsewhere only where it says so, and anyone where it finds out itself', async () => {
    const token = 'a-long-token-of-words'
    const base = await start({
      access: await byToken(token),
      routes: [echo, { ...echo, path: '/open', action: 'anyone' }],
    })
    expect(await ask(base, '/echo/a', { method: 'POST' })).toMatchObject({ status: 401 })
    expect(await ask(base, '/open', { method: 'POST', headers: { host: 'logs.example' } })).toMatchObject({
      status: 202,
    })
  })

  test('holds no more bodies at once than it has memory for', async () => {
    const base = await start({
      routes: [{ ...echo, bodyLimits: { most: 100 << 20, within: 60_000 } }],
    })
    const first = request({ host: base.hostname, port: base.port, path: '/echo/a', method: 'POST' })
    first.on('error', () => undefined)
    const more = Buffer.alloc(1 << 20)
    for (let i = 0; i < 65; i++) first.write(more)
    const [answer] = (await once(first, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(503)
    first.destroy()
    expect(await ask(base, '/echo/a', { method: 'POST', body: 'small' })).toMatchObject({ status: 202 })
  })
})

describe('a client that keeps the server waiting', () => {
  const patience = { headers: 50, request: 150, idle: 400, keepAlive: 50 }
  const raw = async (base: URL, first: string): Promise<Socket> => {
    const socket = connect(Number(base.port), base.hostname)
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(first)
    return socket
  }

  test.each([
    ['with its headers', 'GET / HTTP/1.1\r\nhost: localhost\r\nx-a: '],
    ['with its body', 'POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n'],
    ['with a body that nobody asked for', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n'],
  ])('%s is cut off, however steadily it sends', async (_, first) => {
    const slow: Route = { method: 'POST', path: '/slow', action: 'ingest', answer: async () => ({}) }
    const socket = await raw(await start({ patience, routes: [slow] }), first)
    socket.resume()
    const drip = setInterval(() => socket.write('x'), 10)
    await closed(socket)
    clearInterval(drip)
  })

  test('a body that does not come in time is answered so', async () => {
    const slow: Route = {
      method: 'POST',
      path: '/slow',
      action: 'ingest',
      bodyLimits: { most: 1000, within: 50 },
      answer: async () => ({}),
    }
    const first = 'POST /slow HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nxx'
    const socket = await raw(await start({ routes: [slow] }), first)
    expect(String(await once(socket, 'data'))).toContain('HTTP/1.1 408')
    socket.destroy()
  })

  test('with nothing at all, or between two requests', async () => {
    const base = await start({ patience })
    const silent = await raw(base, '')
    const idle = await raw(base, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await Promise.all([silent, idle].map((socket) => closed(socket.resume())))
  })

  test('by not reading what it is answered', async () => {
    let gone: AbortSignal | undefined
    const large: Route = {
      method: 'GET',
      path: '/large',
      action: 'read',
      async answer({ signal }) {
        gone = signal
        return { body: Buffer.alloc(64 << 20) }
      },
    }
    const socket = await raw(
      await start({ patience: { request: 200 }, routes: [large] }),
      'GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n',
    )
    socket.pause()
    await waitUntil('the answer is given up', () => gone?.aborted)
    socket.destroy()
  })
})

test('an address that asks too fast is told to wait, but by what counts for itself', async () => {
  const own: Route = { method: 'GET', path: '/own', action: 'anyone', ownRate: true, answer: async () => ({}) }
  const base = await start({ rate: { perSecond: 0.001, burst: 2 }, routes: [own] })
  for (const status of [200, 200, 429]) expect(await ask(base, '/healthz')).toMatchObject({ status })
  expect(Number((await ask(base, '/')).headers['retry-after'])).toBeGreaterThan(1)
  expect(await ask(base, '/own')).toMatchObject({ status: 200 })
  expect(refused).toEqual(['request_rate', 'request_rate'])
})

describe('with users', () => {
  const browser = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
  const cookiesOf = (answer: { headers: IncomingMessage['headers'] }): string =>
    (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')
  const login = (base: URL, user: string, password: string, headers = {}) =>
    ask(base, '/login', {
      method: 'POST',
      headers: { ...browser, ...headers },
      body: new URLSearchParams({ user, password }).toString(),
    })
  const act = (path: string, action: Route['action']): Route => ({
    method: 'POST',
    path,
    action,
    answer: async ({ identity }) => ({ body: { by: identity?.name } }),
  })
  const routes = [act('/operate', 'operate'), act('/administer', 'administer'), act('/ingest', 'ingest')]
  const open = async (more: Partial<WebOptions> = {}): Promise<URL> => {
    const users = await usersOf({
      vera: ['view all of it', 'viewer'],
      otto: ['operate it', 'operator'],
      anna: ['änderung 字', 'admin'],
    })
    const tokens = {
      scraper: { token: 'scrapes-only-metrics', role: 'viewer' },
      shipper: { token: 'ships-only-records', role: 'writer' },
    } as const
    return start({ access: (await accessOf({ users, tokens })).access, routes, ...more })
  }

  test('a name and its password open the page, and the form asks for both', async () => {
    const base = await open()
    const form = await ask(base, '/', { headers: { accept: 'text/html' } })
    expect(form.body).toContain('name="user"')
    expect(form.body).toContain('name="password"')
    const entered = await login(base, 'anna', 'änderung 字'.normalize('NFD'))
    expect(entered).toMatchObject({ status: 303, headers: { location: '/' } })
    const cookie = cookiesOf(entered)
    expect(await ask(base, '/', { headers: { cookie } })).toMatchObject({ status: 200 })
    for (const [user, password] of [
      ['anna', 'view all of it'],
      ['nobody', 'änderung 字'],
      ['', 'änderung 字'],
      ['constructor', 'x'],
      ['anna', ''],
    ] as const) {
      const refusedOne = await login(base, user, password)
      expect(refusedOne).toMatchObject({ status: 401 })
      expect(refusedOne.headers['set-cookie']).toBeUndefined()
      expect(refusedOne.body).toContain('role="alert"')
    }
  })

  test.each<[Role, string, readonly number[]]>([
    ['viewer', 'Bearer scrapes-only-metrics', [200, 403, 403, 403]],
    ['writer', 'Bearer ships-only-records', [403, 403, 403, 200]],
  ])('a token of a %s does what that may', async (_, authorization, statuses) => {
    const base = await open()
    const headers = { authorization }
    const got = [
      await ask(base, '/metrics', { headers }),
      ...(await Promise.all(routes.map(({ path }) => ask(base, path, { method: 'POST', headers })))),
    ]
    expect(got.map(({ status }) => status)).toEqual(statuses)
    const told = audited.filter(({ event }) => event === 'forbidden')
    expect(told).toHaveLength(statuses.filter((status) => status === 403).length)
  })

  test.each([
    ['vera', 'view all of it', [200, 403, 403, 403]],
    ['otto', 'operate it', [200, 200, 403, 403]],
    ['anna', 'änderung 字', [200, 200, 200, 200]],
  ] as const)('%s does what the role may, from this page alone', async (user, password, statuses) => {
    const base = await open()
    const cookie = cookiesOf(await login(base, user, password))
    const here = { cookie, host: base.host, origin: base.origin }
    const got = [
      await ask(base, '/', { headers: here }),
      ...(await Promise.all(routes.map(({ path }) => ask(base, path, { method: 'POST', headers: here })))),
    ]
    expect(got.map(({ status }) => status)).toEqual(statuses)
    for (const headers of [
      { cookie },
      { cookie, origin: 'https://evil.example' },
      { cookie, 'sec-fetch-site': 'same-site' },
    ])
      expect(await ask(base, '/operate', { method: 'POST', headers })).toMatchObject({ status: 403 })
  })

  test('a login makes a new session, ends the one shown, and takes none that somebody else chose', async () => {
    const base = await open()
    const chosen = 'tailrace_session=chosen-by-somebody-else'
    const entered = await login(base, 'vera', 'view all of it', { cookie: chosen })
    const first = cookiesOf(entered)
    expect(first).not.toContain('chosen')
    expect(await ask(base, '/', { headers: { cookie: chosen } })).toMatchObject({ status: 401 })
    const headers = { cookie: first, origin: base.origin, host: base.host }
    const second = cookiesOf(await login(base, 'otto', 'operate it', headers))
    expect(await ask(base, '/', { headers: { cookie: first } })).toMatchObject({ status: 401 })
    expect(await ask(base, '/', { headers: { cookie: second } })).toMatchObject({ status: 200 })
  })

  test('who goes out is out, and only his own page takes him there', async () => {
    const base = await open()
    const cookie = cookiesOf(await login(base, 'vera', 'view all of it'))
    const from = (origin: string) => ({ cookie, host: base.host, origin })
    expect(await ask(base, '/logout', { method: 'POST', headers: from('https://evil.example') })).toMatchObject({
      status: 403,
    })
    expect(await ask(base, '/', { headers: { cookie } })).toMatchObject({ status: 200 })
    const gone = await ask(base, '/logout', { method: 'POST', headers: from(base.origin) })
    expect(gone).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(gone.headers['set-cookie']![0]).toMatch(/tailrace_session=; .*Max-Age=0/)
    expect(await ask(base, '/', { headers: { cookie } })).toMatchObject({ status: 401 })
  })

  test('cookies are for encrypted connections only where the login came by one', async () => {
    const base = await open({ isProxy: (address) => address === '127.0.0.1' })
    const plain = await login(base, 'vera', 'view all of it')
    expect(plain.headers['set-cookie']!.filter((one) => one.includes('Secure'))).toEqual([])
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' }
    const safe = await login(base, 'vera', 'view all of it', forwarded)
    for (const one of safe.headers['set-cookie']!) expect(one).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
  })

  test('whoever guesses is stopped by address, and a proxy that is believed is not that address', async () => {
    const base = await open({ isProxy: (address) => address === '127.0.0.1' })
    const from = (address: string) => ({ 'x-forwarded-for': `198.51.100.1, ${address}` })
    let last = await login(base, 'guess0', 'x', from('203.0.113.7'))
    for (let i = 1; last.status === 401; i++) last = await login(base, `guess${i}`, 'x', from('203.0.113.7'))
    expect(last).toMatchObject({ status: 429, body: expect.stringContaining('Too many') })
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect(await login(base, 'vera', 'view all of it', from('203.0.113.7'))).toMatchObject({ status: 429 })
    expect(await login(base, 'vera', 'view all of it', from('203.0.113.8'))).toMatchObject({ status: 303 })
  })

  test('a route that finds out itself is told of a token, not of a guess; what it refuses counts as one', async () => {
    const told: (string | undefined)[] = []
    const key: Route = {
      ...act('/key', 'anyone'),
      crossOrigin: true,
      async answer({ identity, headers }) {
        told.push(identity?.name)
        return { status: identity === undefined && headers.authorization !== 'Bearer own-key' ? 401 : 200 }
      },
    }
    const base = await open({ routes: [key] })
    const send = (token: string) => ask(base, '/key', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    const cookie = cookiesOf(await login(base, 'anna', 'änderung 字'))
    for (let i = 0; i < 40; i++) expect(await send('own-key')).toMatchObject({ status: 200 })
    expect(await send('ships-only-records')).toMatchObject({ status: 200 })
    const foreign = { cookie, origin: 'https://evil.example' }
    expect(await ask(base, '/key', { method: 'POST', headers: foreign })).toMatchObject({ status: 401 })
    expect(new Set(told)).toEqual(new Set([undefined, 'token shipper']))
    for (let i = 0; i < 25; i++) expect(await send('guess')).toMatchObject({ status: 401 })
    const late = { headers: { authorization: 'Bearer scrapes-only-metrics' } }
    expect(await ask(base, '/metrics', late)).toMatchObject({ status: 429 })
    expect(await send('ships-only-records')).toMatchObject({ status: 200 })
  })

  test('an address that nobody believed in is not taken from a header', async () => {
    const asked: RouteRequest[] = []
    const route: Route = {
      ...act('/who', 'anyone'),
      answer: async (request) => {
        asked.push(request)
        return {}
      },
    }
    const base = await open({ routes: [route] })
    await ask(base, '/who', { method: 'POST', headers: { 'x-forwarded-for': '203.0.113.7' } })
    expect(asked.map(({ address }) => address)).toEqual(['127.0.0.1'])
  })
})
