import { addressKey } from '../access/address-key.ts'
import { createRate, type Rate } from '../access/rate.ts'
import { may } from '../access/role.ts'
import type { Answer, Request, Route } from '../source/listening.ts'
import type { OpenSource } from '../source/source.ts'
import type { RouteRequest, Route as WebRoute } from '../web/route.ts'
import type { Config } from './load.ts'
import { openPort, type PortParts } from './ports.ts'
import type { Trouble } from './troubles.ts'

/** Where sources are pushed to: addresses of the web server, and ports of their own. */
export interface Pushed {
  readonly routes: readonly WebRoute[]
  /** Opens what a source listens on; returns how to close it. Throws with the mending words. */
  mount(name: string, source: OpenSource): Promise<() => Promise<void>>
  /** Sources that refuse what is pushed to them, and why. */
  troubles(): readonly Trouble[]
}

/** Milliseconds a body may take to come. */
const within = 60_000

const requestOf = ({ headers, query, address, identity }: Omit<RouteRequest, 'body'>): Request => ({
  headers,
  query,
  address,
  trusted: identity !== undefined && may(identity, 'ingest'),
})

export const createPushed = (
  { pipelines }: Pick<Config, 'pipelines'>,
  once: boolean,
  parts: Omit<PortParts, 'source'>,
): Pushed => {
  const mounted = new Map<string, OpenSource>()
  const routes = new Map<string, Route>()
  const rates = new Map<string, Rate>()
  const known = new Set(pipelines.flatMap(({ source }) => (source.listens?.on === 'web' ? [source.name] : [])))
  /** Between two lives of a source, and before the first, what is pushed comes again. */
  const nobody = (name: string, { trusted }: Request): Answer => {
    if (known.has(name))
      return { status: 503, headers: { 'retry-after': '1' }, body: { error: 'this source is not open now' } }
    return trusted
      ? { status: 404, body: { error: 'no source has this name' } }
      : { status: 401, headers: { 'www-authenticate': 'Bearer realm="tailrace"' }, body: { error: 'a key is needed' } }
  }
  /** A page must be able to read why it was refused. */
  const cors = (name: string, request: Request): Readonly<Record<string, string>> => {
    const allowed = routes.get(name)?.preflight?.(request).headers?.['access-control-allow-origin']
    return allowed === undefined ? {} : { 'access-control-allow-origin': allowed, vary: 'Origin' }
  }
  return {
    routes: [
      {
        method: 'OPTIONS',
        path: '/ingest/:name',
        action: 'anyone',
        crossOrigin: true,
        answer: async (asked) => {
          const name = asked.params['name']!
          return (
            routes.get(name)?.preflight?.(requestOf(asked)) ?? {
              status: 403,
              body: { error: 'pages of other origins may not send here' },
            }
          )
        },
      },
      {
        method: 'POST',
        path: '/ingest/:name',
        action: 'anyone',
        crossOrigin: true,
        ownRate: true,
        admit: (asked) => {
          const name = asked.params['name']!
          const request = requestOf(asked)
          const rate = rates.get(name)
          const key = addressKey(asked.address)
          if (rate !== undefined && !rate.take(key))
            return {
              status: 429,
              headers: { 'retry-after': String(Math.max(1, Math.ceil(rate.wait(key) / 1000))), ...cors(name, request) },
              body: { error: 'this address sends more than one may' },
            }
          const admitted = routes.get(name)?.admit(request) ?? nobody(name, request)
          return typeof admitted === 'number' ? { most: admitted, within } : admitted
        },
        answer: ({ body, ...asked }) => {
          const request = requestOf(asked)
          const name = asked.params['name']!
          return routes.get(name)?.take(request, body) ?? Promise.resolve(nobody(name, request))
        },
      },
    ],
    async mount(name, source) {
      if (once) return async () => {}
      const ports: (() => Promise<void>)[] = []
      const closePorts = async (): Promise<void> => {
        await Promise.all(ports.map((close) => close()))
      }
      try {
        for (const port of source.ports ?? []) ports.push(await openPort(port, { ...parts, source: name }))
      } catch (error) {
        await closePorts()
        throw error
      }
      mounted.set(name, source)
      for (const route of source.routes ?? []) {
        known.add(route.name)
        routes.set(route.name, route)
        if (route.rate !== undefined) rates.set(route.name, createRate(route.rate))
      }
      return async () => {
        mounted.delete(name)
        for (const route of source.routes ?? []) {
          routes.delete(route.name)
          rates.delete(route.name)
        }
        await closePorts()
      }
    },
    troubles: () => troublesOf(mounted),
  }
}

const troublesOf = (mounted: ReadonlyMap<string, OpenSource>): readonly Trouble[] =>
  [...mounted].flatMap(([name, { trouble }]) =>
    trouble === undefined ? [] : [{ kind: 'disk', about: name, text: trouble, blocks: true }],
  )

/** For pipelines into a store beside the first: what is pushed is taken in elsewhere, and read by them from the spool. */
export const readOnlyPushed = (): Pushed => {
  const mounted = new Map<string, OpenSource>()
  return {
    routes: [],
    async mount(name, source) {
      mounted.set(name, source)
      return async () => void mounted.delete(name)
    },
    troubles: () => troublesOf(mounted),
  }
}
