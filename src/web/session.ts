import { createHmac } from 'node:crypto'
import { sameText } from '../access/same-text.ts'

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

export const createSession = (token: string, clock: () => number = Date.now): Session => {
  const proofOf = (end: string): string => createHmac('sha256', token).update(`tailrace session ${end}`).digest('hex')
  const isProof = (value: string): boolean => {
    const [end = '', proof = ''] = value.split('.')
    return sameText(proof, proofOf(end)) && Number(end) > clock() / 1000
  }
  return {
    isToken: (given) => sameText(given, token),
    isKnown(authorization, cookies) {
      const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
      if (given !== undefined && sameText(given, token)) return true
      const held = (cookies ?? '').split('; ').find((one) => one.startsWith(`${name}=`))
      return held !== undefined && isProof(held.slice(name.length + 1))
    },
    cookie() {
      const end = String(Math.floor(clock() / 1000) + lasts)
      return `${name}=${end}.${proofOf(end)}; Path=/; Max-Age=${lasts}; HttpOnly; SameSite=Lax`
    },
  }
}
