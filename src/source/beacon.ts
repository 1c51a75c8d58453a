import { join } from 'node:path'
import { isReference, type Text } from '../config/env.ts'
import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import { originHeaders, prepareBeacons } from './beacon-records.ts'
import { formOf, takeRequest } from './http-take.ts'
import { createKeys } from './keys.ts'
import type { Answer, Request, Route } from './listening.ts'
import { nameProblems } from './name-problems.ts'
import type { OpenSource, Source, SourceContext } from './source.ts'
import { openSpooled } from './spooled.ts'

export interface BeaconOptions {
  /** Part of the address: `POST /ingest/NAME`. */
  readonly name: string
  /** Keys that pages carry (`?key=…`, or `X-Tailrace-Key`). Everybody can read them there: they let in, and let nothing else be done. */
  readonly keys: readonly Text[]
  /** Origins whose pages may send, as `https://shop.example`; `*` for any. Mini-programs and apps send none. */
  readonly origins?: readonly string[]
  /** Share of the sessions that is kept, 0 to 1; default all. What is left out counts as filtered. */
  readonly sample?: number
  /** Requests a second of one address, ten times as many at once; default 10. */
  readonly perAddress?: number
  /** Bytes of a body; default 64 KiB. */
  readonly maxBody?: number
  /** Bytes that may wait to be stored; above them it answers 503. Default 256 MiB. */
  readonly maxSpool?: number
}

const burst = 10

/**
 * What pages in browsers and mini-programs tell of themselves: the parsers `browser` and `miniprogram` say which members. It
 * takes what `navigator.sendBeacon`, `fetch` and `wx.request` send (`text/plain` or `application/json`, JSON either way)
 * and adds to each record whom it came from, as `tailrace.address` and `tailrace.user_agent`. Nothing that is sent here can
 * be trusted: anybody can read the key off a page.
 */
export const beacon = (options: BeaconOptions): Source => {
  const { name } = options
  const site = markSite(beacon)
  return {
    name,
    definition: { beacon: { ...options, keys: options.keys.map((key) => (isReference(key) ? key.name : key)) } },
    problems: [...nameProblems(name, site), ...beaconProblems(options, site)],
    listens: {
      what: `beacon source '${name}'`,
      on: 'web',
      host: '',
      port: 0,
      guarded: true,
      insecure: false,
      mend: '',
      site,
      texts: options.keys,
    },
    open: (context) => openBeacon(options, context),
  }
}

const beaconProblems = ({ keys, origins = [], sample = 1 }: BeaconOptions, site: SiteMark): readonly Diagnostic[] => [
  ...(keys.length === 0 ? [diagnose(site, 'a beacon has no key', "Give one, as keys: ['shop-web-1']")] : []),
  ...origins
    .filter((origin) => origin !== '*' && !/^https?:\/\/[^/\s]+$/.test(origin))
    .map((origin) => diagnose(site, `'${origin}' is no origin`, "Write it as 'https://shop.example', without a path")),
  ...(sample >= 0 && sample <= 1
    ? []
    : [diagnose(site, `a sample of ${sample} is no share`, 'Give a number from 0 to 1')]),
]

const openBeacon = async (options: BeaconOptions, context: SourceContext): Promise<OpenSource> => {
  const { name, origins = [], sample = 1, perAddress = 10, maxBody = 64 << 10, maxSpool = 256 << 20 } = options
  const spooled = await openSpooled(
    {
      name,
      directory: join(context.spools.directory, name),
      label: `/ingest/${name}`,
      maxBytes: maxSpool,
      goesOn: () => false,
    },
    context,
  )
  const keys = createKeys(options.keys.flatMap((key) => context.text(key) ?? []))
  const intake = { keys, spooled, maxBody, onlyJson: true, prepare: prepareBeacons(sample) }
  const withOrigin = (request: Request, answer: Answer): Answer => ({
    ...answer,
    headers: { ...answer.headers, ...originHeaders(request, origins) },
  })
  const objection = (request: Request): Answer | undefined => {
    const { origin } = request.headers
    if (origin !== undefined && originHeaders(request, origins)['access-control-allow-origin'] === undefined)
      return { status: 403, body: { error: 'pages of this origin may not send here' } }
    const given = request.query.get('key') ?? request.headers['x-tailrace-key']
    if (typeof given !== 'string' || !keys.has(given))
      return { status: 401, body: { error: 'a key is needed: ?key=… or X-Tailrace-Key' } }
    const form = formOf(request.headers)
    return typeof form === 'object' ? form : undefined
  }
  const route: Route = {
    name,
    rate: { perSecond: perAddress, burst: perAddress * burst },
    preflight(request) {
      const headers = originHeaders(request, origins)
      if (headers['access-control-allow-origin'] === undefined)
        return { status: 403, body: { error: 'pages of this origin may not send here' } }
      const more = {
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type, content-encoding, idempotency-key, x-tailrace-key',
        'access-control-max-age': '86400',
      }
      return { status: 204, headers: { ...headers, ...more } }
    },
    admit(request) {
      const why = objection(request)
      return why === undefined ? maxBody : withOrigin(request, why)
    },
    take: async (request, body) => withOrigin(request, await takeRequest(intake, request, body)),
  }
  return Object.assign(spooled.source, { routes: [route] })
}
