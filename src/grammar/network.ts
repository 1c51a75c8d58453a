import { markSite } from '../event/diagnostic.ts'
import { fieldOf } from '../event/field.ts'
import { captureOf, nameProblems } from './capture.ts'
import type { FormField } from './form.ts'
import type { Capture, Fits, Offered, Yields } from './part.ts'

type IpBeside<N extends string> = N extends `${infer P}.address` ? Yields<`${P}.ip`, 'ip'> : object
type UrlParts = Yields<'url.path' | 'url.query' | 'url.scheme' | 'url.domain', 'keyword'> & Yields<'url.port', 'long'>

/**
 * An address, host name or socket, as written; `source.address` also gives `source.ip` where it is an address, other
 * names in `.address` alike. With `list`, addresses separated by `, `: the value is the first public one, else the
 * first, and the field `list` has all of them where there are several.
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
