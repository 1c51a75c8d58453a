import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { startWeb, type Web, type WebOptions } from '../../src/web/server.ts'

let web: Web | undefined
afterEach(async () => {
  await web?.close()
  web = undefined
})

const reported: string[] = []
const start = async (more: Partial<WebOptions> = {}): Promise<URL> => {
  reported.length = 0
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
    const base = await start({ token })
    for (const path of ['/', '/metrics', '/readyz', '/nowhere'])
      expect(await ask(base, path)).toMatchObject({ status: 401, headers: { 'www-authenticate': /Bearer/ } })
    expect(await ask(base, '/healthz')).toMatchObject({ status: 200 })
    expect(await ask(base, '/', { headers: bearer })).toMatchObject({ status: 200 })
    for (const wrong of ['Bearer ', 'Bearer x', `Basic ${token}`, `Bearer ${token}x`])
      expect(await ask(base, '/', { headers: { authorization: wrong } })).toMatchObject({ status: 401 })
    expect(await ask(base, '/', { headers: { ...bearer, host: 'logs.example' } })).toMatchObject({ status: 200 })
  })

  test('a browser comes in by form or address, and keeps a cookie that holds no token', async () => {
    const base = await start({ token })
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
      const forged = pair.replace(/\d+\./, (end) => `${Number.parseInt(end, 10) + 1}.`)
      expect(await ask(base, '/', { headers: { cookie: forged } })).toMatchObject({ status: 401 })
    }
    expect(await ask(base, '/login', { method: 'POST', headers, body: 'token=x' })).toMatchObject({ status: 401 })
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\r\nset-cookie: a=b', ''])(
    'nobody is sent elsewhere by next=%j',
    async (next) => {
      const base = await start({ token })
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams({ token, next }).toString()
      const answer = await ask(base, '/login', { method: 'POST', headers, body })
      expect(answer).toMatchObject({ status: 303, headers: { location: '/' } })
    },
  )

  test('the right token sends nobody elsewhere', async () => {
    const base = await start({ token })
    expect(await ask(base, `//evil.example/?token=${token}`)).toMatchObject({ status: 303, headers: { location: '/' } })
  })

  test('a body beyond some kilobytes is refused', async () => {
    const base = await start({ token })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await ask(base, '/login', { method: 'POST', headers, body: `token=${'x'.repeat(10_000)}` })
    expect(answer.status).toBe(413)
  })
})
