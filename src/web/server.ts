import { createHash, timingSafeEqual } from 'node:crypto'
import { fastify } from 'fastify'

/** `?date=2026-11-22&lang=zh` */
export interface DigestPageAsked {
  readonly date?: string
  readonly lang?: string
}
export interface WebAnswer {
  readonly status: number
  readonly html: string
}

export interface WebOptions {
  readonly host: string
  readonly port: number
  /** What everything but `/healthz` must show: `Authorization: Bearer …`. */
  readonly token?: string
  readonly ready: () => { readonly ready: boolean; readonly waiting?: string }
  readonly metrics: () => Promise<string>
  /** The whole page at `/`. */
  readonly page: (signal: AbortSignal) => Promise<string>
  /** The page at `/digest`. */
  readonly digest: (asked: DigestPageAsked, signal: AbortSignal) => Promise<WebAnswer>
}

const same = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

const headers = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** The web server: page, health, readiness and the pipeline's own figures. */
export const startWeb = async (options: WebOptions): Promise<{ readonly address: string; close(): Promise<void> }> => {
  const { token } = options
  const app = fastify({ bodyLimit: 1 << 20, requestTimeout: 30_000, forceCloseConnections: true })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    if (token === undefined || request.url === '/healthz') return
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined || !same(given, token)) await reply.code(401).send({ error: 'a token is needed' })
  })
  app.get('/healthz', () => ({ alive: true }))
  app.get('/readyz', async (_, reply) => {
    const state = options.ready()
    return reply.code(state.ready ? 200 : 503).send(state)
  })
  app.get('/metrics', async (_, reply) => reply.type('text/plain; version=0.0.4').send(await options.metrics()))
  app.get('/', async (_, reply) =>
    reply.type('text/html; charset=utf-8').send(await options.page(AbortSignal.timeout(20_000))),
  )
  app.get('/digest', async (request, reply) => {
    const { date, lang } = request.query as Readonly<Record<string, unknown>>
    const asked = { ...(typeof date === 'string' ? { date } : {}), ...(typeof lang === 'string' ? { lang } : {}) }
    const { status, html } = await options.digest(asked, AbortSignal.timeout(25_000))
    return reply.code(status).type('text/html; charset=utf-8').send(html)
  })
  const address = await app.listen({ host: options.host, port: options.port })
  return { address, close: () => app.close() }
}
