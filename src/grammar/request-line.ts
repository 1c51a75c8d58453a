import { oneOfWords, text, word } from './capture.ts'
import { either, line } from './line.ts'
import { escaped, never, or } from './modify.ts'
import { url } from './network.ts'
import type { Fits, OptionalOf, Part, RequiredOf, Show, Yields } from './part.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']

/** How a server writes the request into its log. */
export interface RequestLineOptions {
  readonly escape: 'hex' | 'json' | 'any' | 'hash' | 'none'
  /** Text that stands behind the request, and never in it. */
  readonly before: string
}

const whole = ({ escape: how, before }: RequestLineOptions) => {
  const asked = escaped(how, url('url.original'))
  return line`${word('http.request.method')} ${before === '' ? asked : never(before, asked)} HTTP/${word('http.version')}`
}
const short = ({ escape: how }: RequestLineOptions) =>
  line`${oneOfWords('http.request.method', methods)} ${escaped(how, url('url.original'))}`

type FieldsOf<P> = RequiredOf<P> & OptionalOf<P>

/**
 * The request line of an access log: method, URL and version; without the version where it was cut or is HTTP/0.9. What
 * else people send to a port goes to the field `otherwise`; `-` is none.
 */
export const requestLine = <const N extends string>(
  otherwise: N & Fits<N, 'keyword'>,
  options: RequestLineOptions,
): Part<object, Show<FieldsOf<ReturnType<typeof whole>> & Yields<N, 'keyword'>>> =>
  either(whole(options), short(options), line`${or('-', escaped(options.escape, text(otherwise as never)))}`) as never
