/** The value of a cookie in a `Cookie` header. */
export const readCookie = (header: string | undefined, name: string): string | undefined =>
  (header ?? '')
    .split(/; */)
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** A `Set-Cookie` that no script reads and no page of another server sends along with what it posts. */
export const printCookie = (name: string, value: string, seconds: number, secure: boolean): string =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
