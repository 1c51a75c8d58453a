import type { IncomingHttpHeaders } from 'node:http'

const policyOf = (nonce: string): string =>
  `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

/** For a page made for a mail: its styles stand at its elements, and it has no script. */
export const styledInsidePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What every answer says to browsers. */
export const headersOf = (nonce: string): Readonly<Record<string, string>> => ({
  'content-security-policy': policyOf(nonce),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
})

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)

/**
 * Where a browser sends this request from. `unsaid`: it is no browser, or one that leaves both headers out, as none
 * does with a request that changes something. `Sec-Fetch-Site` is believed first, since a proxy may change `Host`.
 */
export const originOf = (headers: IncomingHttpHeaders): 'here' | 'elsewhere' | 'unsaid' => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'here' : 'elsewhere'
  if (headers.origin === undefined) return 'unsaid'
  return hostOf(headers.origin) === headers.host?.toLowerCase() ? 'here' : 'elsewhere'
}
