import { randomBytes } from 'node:crypto'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Access, Asker, Entered, Known, Refusal } from '../access/access.ts'
import { addressKey } from '../access/address-key.ts'
import type { Audit } from '../access/audit.ts'
import type { ConnectionLimits } from '../access/connection-limits.ts'
import { guardConnections } from '../access/guard.ts'
import type { IsProxy } from '../access/proxies.ts'
import { createRate, type RateLimit } from '../access/rate.ts'
import type { Refuse } from '../access/refusals.ts'
import { type Identity, may } from '../access/role.ts'
import { isLoopback } from '../config/loopback.ts'
import type { Lang } from '../event/units.ts'
import { hideSecrets } from '../telemetry/secrets.ts'
import { innerPath, pathOf, queryOf, withoutToken } from './address.ts'
import { type BodyLimits, BodyRefused, createBodyBudget, readBody } from './body.ts'
import { headersOf, originOf, styledInsidePolicy } from './headers.ts'
import { favicon } from './html-document.ts'
import { langOf } from './lang.ts'
import { loginPage } from './login.ts'
import { namesLoopback } from './loopback-host.ts'
import type { Route } from './route.ts'

/** What a page is told of the request. */
export interface PageRequest {
  readonly query: URLSearchParams
  readonly lang: Lang
  /** For `<style>` and `<script>`: nothing else runs. */
  readonly nonce: string
  /** Who came in by the login form, and may go out again. */
  readonly visitor: string | undefined
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
  /** Knows who asks; without it anyone may do anything. */
  readonly access?: Access
  readonly isProxy?: IsProxy
  readonly limits: ConnectionLimits
  readonly ready: () => { readonly ready: boolean }
  readonly metrics: () => Promise<string>
  /** HTML by path; `/` among them. */
  readonly pages: Readonly<Record<string, (request: PageRequest) => Promise<PageAnswer>>>
  /** Addresses that are answered elsewhere. */
  readonly routes?: readonly Route[]
  /** Told of what went wrong inside, which the asker is not shown. */
  readonly report: (text: string) => void
  /** Told of whom limits keep out. */
  readonly refused: Refuse
  readonly audit: Audit
  readonly patience?: Partial<WebPatience>
  /** Requests of one address; what a route counts itself not among them. Default 50 a second, 500 at once. */
  readonly rate?: RateLimit
}

export interface Web {
  readonly address: string
  close(): Promise<void>
}

/** How patient the server is, in milliseconds. */
export interface WebPatience {
  /** Until a request's headers are there. */
  readonly headers: number
  /** Until a request is whole, and then until its answer is read. */
  readonly request: number
  /** Without a byte in either direction. */
  readonly idle: number
  /** Between two requests of one connection. */
  readonly keepAlive: number
  /** Until a page is made. */
  readonly page: number
}
const usualPatience: WebPatience = { headers: 10_000, request: 120_000, idle: 60_000, keepAlive: 20_000, page: 20_000 }
const usualBody: BodyLimits = { most: 8192, within: 10_000 }
const mostBodies = 64 << 20
const usualRate: RateLimit = { perSecond: 50, burst: 500 }

const anyone: Identity = { name: 'anyone', role: 'admin' }

/** What the hooks must know of a route. `allow`: it is there to refuse other methods than these. */
type Mounted = Pick<Route, 'action' | 'crossOrigin' | 'bodyLimits' | 'ownRate'> & { readonly allow?: string }
const lost: Mounted = { action: 'read' }
const mountedOf = (request: FastifyRequest): Mounted =>
  (request.routeOptions.config as { mounted?: Mounted }).mounted ?? lost

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const readsOnly: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The web server: pages, health, readiness, the pipeline's own figures, and what others mount. Throws as `listen` does. */
export const startWeb = async (options: WebOptions): Promise<Web> => {
  const { access, isProxy = () => false } = options
  const nonces = new WeakMap<FastifyRequest, string>()
  const identities = new WeakMap<FastifyRequest, Known>()
  const patience = { ...usualPatience, ...options.patience }
  const rate = createRate(options.rate ?? usualRate)
  const budget = createBodyBudget(mostBodies)
  const app = fastify({
    requestTimeout: patience.request,
    connectionTimeout: patience.idle,
    keepAliveTimeout: patience.keepAlive,
    http: { headersTimeout: patience.headers, connectionsCheckingInterval: patience.headers / 5 },
    forceCloseConnections: true,
    trustProxy: isProxy,
  })
  guardConnections(app.server, { limits: options.limits, refused: options.refused, isProxy })
  // Bodies are read by `bodyOf`, once it is known who sends and how much he may.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const bodyOf = async (request: FastifyRequest, reply: FastifyReply, limits?: BodyLimits): Promise<Buffer> => {
    const body = await readBody(request.raw, limits ?? mountedOf(request).bodyLimits ?? usualBody, budget)
    reply.raw.once('close', () => body.release())
    return body.bytes
  }

  const goneOf = (reply: FastifyReply): AbortSignal => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    return gone.signal
  }
  const langFor = (request: FastifyRequest): Lang =>
    langOf(queryOf(request.url).get('lang'), request.headers['accept-language'])
  const html = (reply: FastifyReply, text: string) => reply.type('text/html; charset=utf-8').send(text)
  const askerOf = (request: FastifyRequest): Asker => ({
    authorization: request.headers.authorization,
    cookies: request.headers.cookie,
    address: request.ip,
    secure: request.protocol === 'https',
  })
  /** 401 with the form, where a person asks; 429 where too much was tried. */
  const askWho = (request: FastifyRequest, reply: FastifyReply, next: string, { refused, wait }: Refusal) => {
    if (wait > 0) void reply.code(429).header('retry-after', wait)
    else void reply.code(401).header('www-authenticate', 'Bearer realm="tailrace"')
    return (request.headers.accept ?? '').includes('text/html')
      ? html(
          reply,
          loginPage({ lang: langFor(request), nonce: nonces.get(request)!, next, refused, wait, access: access! }),
        )
      : reply.send({
          error:
            wait > 0 ? `too many wrong ones; try again in ${wait} s` : 'a token is needed: Authorization: Bearer …',
        })
  }
  const enter = (request: FastifyRequest, reply: FastifyReply, next: string, entered: Entered | Refusal) =>
    'refused' in entered
      ? askWho(request, reply, next, entered)
      : reply.header('set-cookie', [...entered.cookies]).redirect(next, 303)

  app.addHook('onRequest', async (request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    nonces.set(request, nonce)
    void reply.headers(headersOf(nonce))
    // An answer that is not read must not be kept.
    const late = setTimeout(() => request.raw.socket.destroy(), patience.request).unref()
    reply.raw.once('close', () => clearTimeout(late))
    const key = addressKey(request.ip)
    if (mountedOf(request).ownRate !== true && !rate.take(key)) {
      options.refused('request_rate', request.ip)
      const seconds = Math.ceil(rate.wait(key) / 1000)
      return reply.code(429).header('retry-after', seconds).send({ error: 'too many requests; ask again later' })
    }
    if (
      pathOf(request.url) !== '/healthz' &&
      access === undefined &&
      isLoopback(options.host) &&
      !namesLoopback(request.headers.host)
    )
      return reply.code(421).send({
        error: `this server answers to localhost, not to the name asked for. Behind a proxy pass 'Host: ${options.host}:${options.port}', or set TAILRACE_TOKEN`,
      })
    return undefined
  })
  // Who asks, and whether he may: the one place for pages, addresses and ingest.
  app.addHook('onRequest', async (request, reply) => {
    const { action, crossOrigin = false } = mountedOf(request)
    const from = readsOnly.has(request.method) ? 'here' : originOf(request.headers)
    const foreign = { error: 'a page of another server may not send this' }
    if (!crossOrigin && from === 'elsewhere') return reply.code(403).send(foreign)
    const here = innerPath(withoutToken(request.url))
    const given = queryOf(request.url).get('token')
    if (access !== undefined && given !== null && action !== 'anyone')
      return enter(request, reply, here, await access.login('', given, askerOf(request)))
    const found = access?.identify(askerOf(request), action !== 'anyone') ?? { identity: anyone, bySession: false }
    if ('refused' in found) return action === 'anyone' ? undefined : askWho(request, reply, here, found)
    // A cookie, or that nobody is asked for one, goes along with what another page makes a browser send.
    if (found.bySession ? from !== 'here' : access === undefined && from === 'elsewhere')
      return crossOrigin ? undefined : reply.code(403).send(foreign)
    identities.set(request, found)
    if (action === 'anyone' || may(found.identity, action)) return undefined
    options.audit({ event: 'forbidden', user: found.identity.name, address: request.ip, about: action })
    return reply.code(403).send({ error: `the role '${found.identity.role}' may not do this` })
  })
  // Before a body is looked at.
  app.addHook('onRequest', async (request, reply) => {
    const { allow } = mountedOf(request)
    if (allow === undefined) return undefined
    return reply
      .code(405)
      .header('allow', allow)
      .send({ error: `this address takes ${allow.replace(/, (\S+)$/, ' and $1')}` })
  })
  app.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' ? hideSecrets(payload) : payload,
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500
    const inside = status >= 500 && !(error instanceof BodyRefused)
    if (inside) options.report(`the page could not be made: ${error.stack ?? error.message}`)
    else if (status === 503) void reply.header('retry-after', 1)
    return reply.code(status).send({ error: inside ? 'something went wrong; the log says what' : error.message })
  })
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'there is nothing here' }))

  const visitorOf = (request: FastifyRequest): string | undefined => {
    const known = identities.get(request)
    return known?.bySession === true ? known.identity.name : undefined
  }
  const taken = new Map<string, string[]>()
  const mount = (
    method: Route['method'],
    url: string,
    mounted: Mounted,
    handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
  ): void => {
    taken.set(url, [...(taken.get(url) ?? []), method, ...(method === 'GET' ? ['HEAD'] : [])])
    app.route({ method, url, config: { mounted }, handler })
  }
  const { ready, metrics, pages, routes = [] } = options
  mount('GET', '/healthz', { action: 'anyone' }, () => ({ alive: true }))
  mount('GET', '/readyz', { action: 'read' }, (_, reply) => {
    const state = ready()
    return reply.code(state.ready ? 200 : 503).send(state)
  })
  mount('GET', '/metrics', { action: 'read' }, async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  )
  mount('GET', '/favicon.svg', { action: 'anyone' }, (_, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(favicon),
  )
  for (const [path, page] of Object.entries(pages))
    mount('GET', path, { action: 'read' }, async (request, reply) => {
      const asked = {
        query: queryOf(request.url),
        lang: langFor(request),
        nonce: nonces.get(request)!,
        visitor: visitorOf(request),
        signal: AbortSignal.any([goneOf(reply), AbortSignal.timeout(patience.page)]),
      }
      const answer = await page(asked)
      if (answer.styledInside === true) void reply.header('content-security-policy', styledInsidePolicy)
      return html(reply.code(answer.status ?? 200), answer.html)
    })
  for (const { method, path, answer, admit, ...mounted } of routes)
    mount(method, path, mounted, async (request, reply) => {
      const asked = {
        params: request.params as Readonly<Record<string, string>>,
        query: queryOf(request.url),
        headers: request.headers,
        address: request.ip,
        identity: identities.get(request)?.identity,
        signal: goneOf(reply),
      }
      const admitted = admit?.(asked)
      const {
        status = 200,
        headers = {},
        body,
      } = admitted === undefined || 'most' in admitted
        ? await answer({ ...asked, body: await bodyOf(request, reply, admitted) })
        : admitted
      if (status === 401) access?.failed(askerOf(request))
      return reply.code(status).headers(headers).send(body)
    })
  if (access !== undefined) {
    mount('POST', '/login', { action: 'anyone' }, async (request, reply) => {
      const form = new URLSearchParams((await bodyOf(request, reply)).toString())
      const secret = form.get('password') ?? form.get('token') ?? ''
      const entered = await access.login(form.get('user') ?? '', secret, askerOf(request))
      return enter(request, reply, innerPath(form.get('next')), entered)
    })
    mount('POST', '/logout', { action: 'anyone' }, async (request, reply) =>
      reply.header('set-cookie', [...(await access.logout(askerOf(request)))]).redirect('/', 303),
    )
  }
  for (const [url, there] of taken)
    app.route({
      method: methods.filter((method) => !there.includes(method)),
      url,
      config: { mounted: { ...lost, allow: there.join(', ') } satisfies Mounted },
      handler: () => undefined,
    })
  const address = await app.listen({ host: options.host, port: options.port })
  return { address, close: () => app.close() }
}
