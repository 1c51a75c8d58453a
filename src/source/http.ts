import { join } from 'node:path'
import { isReference, type Text } from '../config/env.ts'
import { markSite } from '../event/diagnostic.ts'
import { objectionTo, takeRequest } from './http-take.ts'
import { createKeys } from './keys.ts'
import type { Route } from './listening.ts'
import { nameProblems } from './name-problems.ts'
import type { OpenSource, Source, SourceContext } from './source.ts'
import { openSpooled } from './spooled.ts'

export interface HttpOptions {
  /** Part of the address: `POST /ingest/NAME`. */
  readonly name: string
  /** Who shows one of these (`Authorization: Bearer …`) may push, beside whoever shows the web server's own token. */
  readonly keys?: readonly Text[]
  /** Bytes of a body, unpacked; default 16 MiB. */
  readonly maxBody?: number
  /** Bytes that may wait to be stored; above them it answers 503. Default 1 GiB. */
  readonly maxSpool?: number
}

/**
 * Records that programs push: `POST /ingest/NAME` of the web server takes JSON objects (one a line, one alone, an array of
 * them) and lines of text, also packed with gzip, and answers 202 once they are on disk. A request with an
 * `Idempotency-Key` may be repeated: the same body under the same key is taken once. Without one, a repeated request is
 * new records.
 */
export const http = (options: HttpOptions): Source => {
  const site = markSite(http)
  return {
    name: options.name,
    definition: { http: { ...options, keys: (options.keys ?? []).map((key) => (isReference(key) ? key.name : key)) } },
    problems: nameProblems(options.name, site),
    listens: {
      what: `http source '${options.name}'`,
      on: 'web',
      host: '',
      port: 0,
      guarded: (options.keys ?? []).length > 0,
      insecure: false,
      mend: '',
      site,
      texts: options.keys ?? [],
    },
    open: (context) => openHttp(options, context),
  }
}

const openHttp = async (options: HttpOptions, context: SourceContext): Promise<OpenSource> => {
  const { name, maxSpool = 1 << 30, maxBody = 16 << 20 } = options
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
  const keys = createKeys((options.keys ?? []).flatMap((key) => context.text(key) ?? []))
  const intake = { keys, spooled, maxBody, sender: true }
  const route: Route = {
    name,
    admit: (request) => objectionTo(request, keys) ?? maxBody,
    take: (request, body) => takeRequest(intake, request, body),
  }
  return Object.assign(spooled.source, { routes: [route] })
}
