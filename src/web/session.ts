import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** How a request shows that it knows the token. A cookie holds no token, only a proof with an end. */
export interface Session {
  /** By `Authorization: Bearer` or by cookie. */
  isKnown(authorization: string | undefined, cookies: string | undefined): boolean
  isToken(given: string): boolean
  /** A `Set-Cookie` for whoever showed the token. */
  cookie(): string
}

const name = 'tailrace_session'
const lasts = 7 * 86_400

/** In constant time, whatever the lengths. */
const same = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

export const createSession = (token: string, clock: () => number = Date.now): Session => {
  const proofOf = (end: string): string => createHmac('sha256', token).update(`tailrace session ${end}`).digest('hex')
  const isProof = (value: string): boolean => {
    const [end = '', proof = ''] = value.split('.')
    return same(proof, proofOf(end)) && Number(end) > clock() / 1000
  }
  return {
    isToken: (given) => same(given, token),
    isKnown(authorization, cookies) {
      const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
      if (given !== undefined && same(given, token)) return true
      const held = (cookies ?? '').split('; ').find((one) => one.startsWith(`${name}=`))
      return held !== undefined && isProof(held.slice(name.length + 1))
    },
    cookie() {
      const end = String(Math.floor(clock() / 1000) + lasts)
      return `${name}=${end}.${proofOf(end)}; Path=/; Max-Age=${lasts}; HttpOnly; SameSite=Lax`
    },
  }
}
