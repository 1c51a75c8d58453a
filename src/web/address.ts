/** The path of a request's target, without its question. */
export const pathOf = (url: string): string => url.split('?', 1)[0]!

export const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?').slice(1).join('?'))

/** A path of this server, never another one's address. */
export const innerPath = (path: string | null): string =>
  path !== null && /^\/(?![/\\])[\u0020-\u007e]*$/.test(path) && !path.includes('\\') ? path : '/'

/** The same address without the token it was opened with. */
export const withoutToken = (url: string): string => {
  const query = queryOf(url)
  query.delete('token')
  return query.size === 0 ? pathOf(url) : `${pathOf(url)}?${query}`
}
