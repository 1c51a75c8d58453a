import { randomBytes } from 'node:crypto'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Lang } from '../event/units.ts'
import { favicon } from './html-document.ts'
import { langOf } from './lang.ts'
import { loginPage } from './login.ts'
import { isLoopback, namesLoopback } from './loopback-host.ts'
import { createSession } from './session.ts'

/** What a page is told of the request. */
export interface PageRequest {
  readonly query: URLSearchParams
  readonly lang: Lang
  /** For `<style>` and `<script>`: nothing else runs. */
  readonly nonce: string
  readonly signal: AbortSignal
}

/** What a page answers. */
export interface PageAnswer {
  readonly html: string
  /** Default 200. */
  readonly status?: number
  /** It was made for a mail: its styles stand at its elements, and it has no script. */
  readonly styledInside?: boolean
}

export interface WebOptions {
  readonly host: string
  readonly port: number
  /** What everything but `/healthz` must show: `Authorization: Bearer …`, or a cookie got for it at `/login`. */
  readonly token?: string
  readonly ready: () => { readonly ready: boolean }
  readonly metrics: () => Promise<string>
  /** HTML by path; `/` among them. */
  readonly pages: Readonly<Record<string, (request: PageRequest) => Promise<PageAnswer>>>
  /** Told of what went wrong inside, which the asker is not shown. */
  readonly report: (text: string) => void
}

export interface Web {
  readonly address: string
  close(): Promise<void>
}

const mostBody = 8192
const pageTimeout = 20_000

const policyOf = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`
const inlinePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const headersOf = (nonce: string): Readonly<Record<string, string>> => ({
  'content-security-policy': policyOf(nonce),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
})

const pathOf = (url: string): string => url.split('?', 1)[0]!
const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?').slice(1).join('?'))
/** A path of this server, never another one's address. */
const innerPath = (path: string | null): string =>
  path !== null && /^\/(?![/\\])[\u0020-\u007e]*$/.test(path) && !path.includes('\\') ? path : '/'

const withoutToken = (url: string): string => {
  const query = queryOf(url)
  query.delete('token')
  return query.size === 0 ? pathOf(url) : `${pathOf(url)}?${query}`
}

/** The web server: pages, health, readiness and the pipeline's own figures. Throws as `listen` does. */
export const startWeb = async (options: WebOptions): Promise<Web> => {
  const session = options.token === undefined ? undefined : createSession(options.token)
  const nonces = new WeakMap<FastifyRequest, string>()
  const app = fastify({
    bodyLimit: mostBody,
    requestTimeout: 10_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 20_000,
    forceCloseConnections: true,
  })
  app.server.maxConnections = 500
  app.server.headersTimeout = 10_000
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, new URLSearchParams(String(body))),
  )

  const langFor = (request: FastifyRequest): Lang =>
    langOf(queryOf(request.url).get('lang'), request.headers['accept-language'])
  const html = (reply: FastifyReply, text: string) => reply.type('text/html; charset=utf-8').send(text)
  const refuse = (request: FastifyRequest, reply: FastifyReply, next: string, wrong: boolean) => {
    void reply.code(401).header('www-authenticate', 'Bearer realm="tailrace"')
    return (request.headers.accept ?? '').includes('text/html')
      ? html(reply, loginPage(langFor(request), nonces.get(request)!, next, wrong))
      : reply.send({ error: 'a token is needed: Authorization: Bearer …' })
  }

  app.addHook('onRequest', async (request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    nonces.set(request, nonce)
    void reply.headers(headersOf(nonce))
    const path = pathOf(request.url)
    if (path === '/healthz') return undefined
    if (session === undefined) {
      if (!isLoopback(options.host) || namesLoopback(request.headers.host)) return undefined
      return reply.code(421).send({
        error: `this server answers to localhost, not to the name asked for. Behind a proxy pass 'Host: ${options.host}:${options.port}', or set TAILRACE_TOKEN`,
      })
    }
    if (path === '/login' || path === '/favicon.svg') return undefined
    const given = queryOf(request.url).get('token')
    if (given !== null && session.isToken(given))
      return reply.header('set-cookie', session.cookie()).redirect(innerPath(withoutToken(request.url)), 303)
    if (session.isKnown(request.headers.authorization, request.headers.cookie)) return undefined
    return refuse(request, reply, withoutToken(request.url), given !== null)
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) options.report(`the page could not be made: ${error.stack ?? error.message}`)
    return reply.code(status).send({ error: status >= 500 ? 'something went wrong; the log says what' : error.message })
  })

  const known = new Set<string>()
  const get = (path: string, answer: (request: FastifyRequest, reply: FastifyReply) => unknown): void => {
    known.add(path)
    app.get(path, answer)
  }
  // Before a body is looked at.
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD' || !known.has(pathOf(request.url))) return undefined
    return reply.code(405).header('allow', 'GET, HEAD').send({ error: 'this address takes GET and HEAD' })
  })
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'there is nothing here' }))
  get('/healthz', () => ({ alive: true }))
  get('/readyz', (_, reply) => {
    const state = options.ready()
    return reply.code(state.ready ? 200 : 503).send(state)
  })
  get('/metrics', async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await options.metrics()),
  )
  get('/favicon.svg', (_, reply) => reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(favicon))
  for (const [path, page] of Object.entries(options.pages))
    get(path, async (request, reply) => {
      const asked = {
        query: queryOf(request.url),
        lang: langFor(request),
        nonce: nonces.get(request)!,
        signal: AbortSignal.timeout(pageTimeout),
      }
      const answer = await page(asked)
      if (answer.styledInside === true) void reply.header('content-security-policy', inlinePolicy)
      return html(reply.code(answer.status ?? 200), answer.html)
    })
  if (session !== undefined)
    app.post('/login', async (request, reply) => {
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      const next = innerPath(form.get('next'))
      if (!session.isToken(form.get('token') ?? '')) return refuse(request, reply, next, true)
      return reply.header('set-cookie', session.cookie()).redirect(next, 303)
    })
  const address = await app.listen({ host: options.host, port: options.port })
  return { address, close: () => app.close() }
}
