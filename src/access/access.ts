import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Role } from '../config/roles.ts'
import { addressKey } from './address-key.ts'
import { createAttempts, type Trier } from './attempts.ts'
import type { Audit } from './audit.ts'
import { printCookie, readCookie } from './cookie.ts'
import { parsePasswordHash, verifyPassword } from './password.ts'
import type { Identity } from './role.ts'
import { sameText } from './same-text.ts'
import { type Sessions, sessionLasts } from './sessions.ts'

/** Whom the configuration knows, by name. */
export interface Credentials {
  readonly tokens: Readonly<Record<string, { readonly token: string; readonly role: Role }>>
  /** Hashes that `parsePasswordHash` takes. */
  readonly users: Readonly<Record<string, { readonly hash: string; readonly role: Role }>>
}

/** What a request shows of who asks. */
export interface Asker {
  readonly authorization: string | undefined
  readonly cookies: string | undefined
  readonly address: string
  /** It came encrypted: cookies are then only sent so. */
  readonly secure: boolean
}

/** `wait`: seconds until another attempt is looked at. */
export interface Refusal {
  readonly refused: 'unsaid' | 'wrong' | 'limited'
  readonly wait: number
}
export interface Known {
  readonly identity: Identity
  /** By a cookie, which a browser also sends with what another page makes it send. */
  readonly bySession: boolean
}
/** `cookies`: for `Set-Cookie`. */
export interface Entered {
  readonly identity: Identity
  readonly cookies: readonly string[]
}

/** The one place that knows who asks. */
export interface Access {
  /** `counts`: a wrong token is a guess. Where others may be meant for a route itself, it says so by `failed`. */
  identify(asker: Asker, counts?: boolean): Known | Refusal
  /** A route that found out by itself refused him: a guess. */
  failed(asker: Asker): void
  /** By name and password, or without a name by a token. A session that was shown along is ended: none outlives a login. */
  login(user: string, secret: string, asker: Asker): Promise<Entered | Refusal>
  logout(asker: Asker): Promise<readonly string[]>
  /** Whether a login form should ask for names. */
  readonly hasUsers: boolean
  readonly hasTokens: boolean
}

export interface AccessOptions extends Credentials {
  readonly sessions: Sessions
  readonly audit: Audit
  readonly clock?: () => number
}

const sessionCookie = 'tailrace_session'
/** Says of a browser that it came in as this user before; it opens nothing. */
const knownCookie = 'tailrace_known'
const knownLasts = 365 * 86_400

/** Verifications that may wait for each other; each costs 25 ms of a processor. */
const mostWaiting = 16
const mostProven = 1000

const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

export const createAccess = ({ tokens, users, sessions, audit, clock = Date.now }: AccessOptions): Access => {
  const attempts = createAttempts(clock)
  const hasUsers = Object.keys(users).length > 0
  const decoy = Object.values(users)[0]?.hash
  /** Tokens with the address each came from: what others try from there cannot keep them out. */
  const proven = new Set<string>()
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()

  const userOf = (name: string) => (Object.hasOwn(users, name) ? users[name] : undefined)
  const ownerNow = (name: string): { identity: Identity; credential: string } | undefined => {
    const user = name.startsWith('user ') ? userOf(name.slice(5)) : undefined
    if (user !== undefined)
      return { identity: { name: name.slice(5), role: user.role }, credential: fingerprint(user.hash) }
    const token = Object.hasOwn(tokens, name.slice(6)) && name.startsWith('token ') ? tokens[name.slice(6)] : undefined
    return token === undefined
      ? undefined
      : { identity: { name, role: token.role }, credential: fingerprint(token.token) }
  }

  /** Each is compared, so that the time says nothing. */
  const tokenOf = (given: string): string | undefined => {
    let found: string | undefined
    for (const [name, { token }] of Object.entries(tokens)) if (sameText(given, token)) found = name
    return found
  }
  const refuse = (trier: Trier, wait: number): Refusal => {
    const { address, user } = trier
    const known = user === undefined || userOf(user) === undefined ? {} : { user }
    audit({ event: wait > 0 ? 'limited' : 'wrong', address, ...known })
    return { refused: wait > 0 ? 'limited' : 'wrong', wait: Math.ceil(wait / 1000) }
  }
  const byToken = (given: string, address: string, counts = true): Identity | Refusal => {
    const name = tokenOf(given)
    if (!counts && name === undefined) return { refused: 'unsaid', wait: 0 }
    const key = `${name} ${addressKey(address)}`
    if (name === undefined || !proven.has(key)) {
      const wait = attempts.take({ address })
      if (wait > 0 || name === undefined) return refuse({ address }, wait)
      attempts.right({ address })
      proven.add(key)
      if (proven.size > mostProven) proven.delete(proven.values().next().value!)
    }
    return ownerNow(`token ${name}`)!.identity
  }

  const markOf = (nonce: string, user: string, hash: string): string =>
    createHmac('sha256', hash).update(`tailrace known browser ${nonce} ${user}`).digest('base64url')
  const knownOf = (user: string, cookies: string | undefined): string | undefined => {
    const hash = userOf(user)?.hash
    const [nonce = '', mark = ''] = (readCookie(cookies, knownCookie) ?? '').split('.')
    return hash !== undefined && sameText(mark, markOf(nonce, user, hash)) ? nonce : undefined
  }
  /** One after the other: however many try at once, memory and processor stay free. */
  const verify = (secret: string, hash: string): Promise<boolean> => {
    waiting++
    const done = turn.then(() => verifyPassword(secret, parsePasswordHash(hash)!)).finally(() => waiting--)
    turn = done.catch(() => undefined)
    return done
  }

  const enter = async (owner: string, asker: Asker, more: readonly string[] = []): Promise<Entered> => {
    const { identity, credential } = ownerNow(owner)!
    const old = readCookie(asker.cookies, sessionCookie)
    if (old !== undefined) await sessions.end(old)
    const id = await sessions.begin({ name: owner, credential })
    audit({ event: 'login', user: identity.name, address: asker.address, about: identity.role })
    return { identity, cookies: [printCookie(sessionCookie, id, sessionLasts, asker.secure), ...more] }
  }

  return {
    hasUsers,
    hasTokens: Object.keys(tokens).length > 0,
    identify({ authorization, cookies, address }, counts = true) {
      const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1]
      if (given !== undefined) {
        const found = byToken(given, address, counts)
        return 'refused' in found ? found : { identity: found, bySession: false }
      }
      const id = readCookie(cookies, sessionCookie)
      const session = id === undefined ? undefined : sessions.find(id)
      const now = session === undefined ? undefined : ownerNow(session.name)
      if (now === undefined || session?.credential !== now.credential) return { refused: 'unsaid', wait: 0 }
      return { identity: now.identity, bySession: true }
    },
    failed({ address }) {
      refuse({ address }, attempts.take({ address }))
    },
    async login(user, secret, asker) {
      const { address } = asker
      if (user === '') {
        const found = byToken(secret, address)
        return 'refused' in found ? found : enter(found.name, asker)
      }
      const known = knownOf(user, asker.cookies)
      const trier = { address, user: user.slice(0, 64), ...(known === undefined ? {} : { known }) }
      const wait = known === undefined && waiting >= mostWaiting ? 1000 : attempts.take(trier)
      if (wait > 0 || decoy === undefined) return refuse(trier, wait)
      const held = userOf(user)
      // Who does not exist takes as long as who does.
      const right = await verify(secret, held?.hash ?? decoy)
      if (held === undefined || !right) return refuse(trier, 0)
      attempts.right(trier)
      const nonce = known ?? randomBytes(12).toString('base64url')
      const mark = `${nonce}.${markOf(nonce, user, held.hash)}`
      return enter(`user ${user}`, asker, [printCookie(knownCookie, mark, knownLasts, asker.secure)])
    },
    async logout({ cookies, address, secure }) {
      const id = readCookie(cookies, sessionCookie)
      const owner = id === undefined ? undefined : sessions.find(id)
      if (id !== undefined) await sessions.end(id)
      if (owner !== undefined)
        audit({ event: 'logout', user: ownerNow(owner.name)?.identity.name ?? owner.name, address })
      return [printCookie(sessionCookie, '', 0, secure)]
    },
  }
}
