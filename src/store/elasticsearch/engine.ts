import { isObject } from '../../event/is-object.ts'
import { type Ask, type AskOptions, either } from './ask.ts'
import type { Reply } from './connection.ts'

/** What is at the other end. */
export interface Engine {
  readonly kind: 'elasticsearch' | 'opensearch'
  readonly version: string
  readonly major: number
  /** Else documents go to an alias over indices that Tailrace rolls over. */
  readonly dataStreams: boolean
}

/** A key without the `monitor` privilege may not read the version; the header tells as much as is needed. */
const isClosedElasticsearch = ({ status, headers }: Reply): boolean =>
  status === 403 && headers['x-elastic-product'] === 'Elasticsearch'

const versionOf = (reply: Reply): Pick<Engine, 'kind' | 'version' | 'major'> | undefined => {
  const { body } = reply
  if (isClosedElasticsearch(reply)) return { kind: 'elasticsearch', version: 'unknown', major: 8 }
  const version = isObject(body) && isObject(body['version']) ? body['version'] : undefined
  const number = version?.['number']
  if (version === undefined || typeof number !== 'string') return undefined
  const kind = version['distribution'] === 'opensearch' ? 'opensearch' : 'elasticsearch'
  return { kind, version: number, major: Number.parseInt(number, 10) }
}

/** Asks what the store is; waits, as told, while it is away. Throws where something else answers. */
export const detectEngine = async (ask: Ask, signal: AbortSignal, options: AskOptions): Promise<Engine> => {
  const root = await ask({ method: 'GET', path: '/' }, signal, { ...options, accept: isClosedElasticsearch })
  const found = versionOf(root)
  if (found === undefined)
    throw new Error('what answers at the store address is neither Elasticsearch nor OpenSearch: check the address')
  if (found.kind === 'elasticsearch' && found.version !== 'unknown' && isTooOld(found.version))
    throw new Error(`Elasticsearch ${found.version} is too old: 7.9 or newer is needed`)
  // The engine's core without its extras does not know the address at all.
  const streams = await ask({ method: 'GET', path: '/_data_stream/logs-tailrace.none-*' }, signal, {
    ...options,
    accept: either(400, 403, 404, 405),
  })
  const dataStreams = streams.status === 200 || streams.status === 403 || streams.status === 404
  return { ...found, dataStreams }
}

const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 7 || (major === 7 && minor < 9)
}
