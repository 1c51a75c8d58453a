import { markSite } from '../event/diagnostic.ts'
import { fieldOf } from '../event/field.ts'
import { captureOf, nameProblems } from './capture.ts'
import type { FormField } from './form.ts'
import type { Capture, Fits, Offered, Yields } from './part.ts'

type IpBeside<N extends string> = N extends `${infer P}.address` ? Yields<`${P}.ip`, 'ip'> : object
type UrlParts = Yields<'url.path' | 'url.query' | 'url.scheme' | 'url.domain', 'keyword'> & Yields<'url.port', 'long'>

/**
 * An address, host name or socket, as written; `source.address` also gives `source.ip` where it is an address, other
 * names in `.address` alike. With `list`, perhaps several, divided by commas: the value is the first public one, else
 * the first, and the field `list` has them all.
 */
export const address = <const N extends Offered<'keyword'>, const L extends string = never>(
  name: N & Fits<N, 'keyword'>,
  { list }: { readonly list?: L & Fits<L, 'keyword'> } = {},
): Capture<
  Yields<N, 'keyword'>,
  IpBeside<N> & ([L] extends [never] ? object : { readonly [K in L]: readonly string[] })
> => {
  const site = markSite(address)
  const beside = name.endsWith('.address') ? `${name.slice(0, -'.address'.length)}.ip` : undefined
  const ip = beside !== undefined && (fieldOf(beside)?.type ?? 'ip') === 'ip' ? beside : undefined
  const also: FormField[] = [
    ...(ip === undefined ? [] : [{ name: ip, type: 'ip' as const, list: false }]),
    ...(list === undefined ? [] : [{ name: list as string, type: 'keyword' as const, list: true }]),
  ]
  return captureOf({
    site,
    name,
    type: 'keyword',
    extent: 'until',
    value: { as: 'address', ...(ip === undefined ? {} : { ip }), ...(list === undefined ? {} : { list }) },
    also,
    problems: list === undefined ? [] : nameProblems(site, list, 'keyword', true),
  })
}

/** Where the parts of a host go: the port, and the host once more by what it is. */
export interface HostParts<P extends string, I extends string, D extends string> {
  readonly port?: P & Fits<P, 'long'>
  readonly ip?: I & Fits<I, 'ip'>
  readonly domain?: D & Fits<D, 'keyword'>
  /** A port, or nothing, stands behind the last colon, even of an IPv6 address without brackets. */
  readonly sure?: boolean
}

/**
 * A host name or address as clients name it, perhaps with `:port` behind it. The value is the host, without the brackets
 * of an IPv6 address: `host('url.domain', { port: 'url.port' })`.
 */
export const host = <
  const N extends Offered<'keyword'>,
  const P extends string = never,
  const I extends string = never,
  const D extends string = never,
>(
  name: N & Fits<N, 'keyword'>,
  { port, ip, domain, sure }: HostParts<P, I, D> = {},
): Capture<object, Yields<N | D, 'keyword'> & Yields<P, 'long'> & Yields<I, 'ip'>> => {
  const site = markSite(host)
  const also = [
    ...(port === undefined ? [] : [{ name: port as string, type: 'long' as const, list: false }]),
    ...(ip === undefined ? [] : [{ name: ip as string, type: 'ip' as const, list: false }]),
    ...(domain === undefined ? [] : [{ name: domain as string, type: 'keyword' as const, list: false }]),
  ]
  return captureOf({
    site,
    name,
    type: 'keyword',
    extent: 'until',
    value: {
      as: 'host',
      ...(port === undefined ? {} : { port }),
      ...(ip === undefined ? {} : { ip }),
      ...(domain === undefined ? {} : { domain }),
      ...(sure === true ? { sure } : {}),
    },
    also,
    problems: also.flatMap((field) => nameProblems(site, field.name, field.type, false)),
  })
}

/**
 * A request target or URL as sent, up to the next literal. Also `url.path`, `url.query` (without `?`) and, where it is
 * absolute, `url.scheme`, `url.domain`, `url.port`. What is no URL (`*`) stays in `url.original` alone.
 */
export const url = (name: 'url.original'): Capture<Yields<'url.original', 'keyword'>, UrlParts> =>
  captureOf({
    site: markSite(url),
    name,
    type: 'keyword',
    extent: 'until',
    value: { as: 'url', prefix: 'url.' },
    also: [
      { name: 'url.path', type: 'keyword', list: false },
      { name: 'url.query', type: 'keyword', list: false },
      { name: 'url.scheme', type: 'keyword', list: false },
      { name: 'url.domain', type: 'keyword', list: false },
      { name: 'url.port', type: 'long', list: false },
    ],
  })
