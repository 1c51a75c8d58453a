import type { Credentials } from '../access/access.ts'
import { type ConnectionLimits, limitsOf } from '../access/connection-limits.ts'
import { exposed } from '../access/exposed.ts'
import { parsePasswordHash } from '../access/password.ts'
import { parseProxies } from '../access/proxies.ts'
import type { Text } from '../config/env.ts'
import type { WebSettings } from '../config/settings.ts'
import { parseListen } from '../config/units.ts'
import type { VariableName } from '../config/variables.ts'
import type { Wrong } from './check-settings.ts'

/** The web server as it is configured. */
export interface WebConfig extends Credentials {
  readonly host: string
  readonly port: number
  readonly insecure: boolean
  readonly proxies: readonly string[]
  readonly limits: ConnectionLimits
}

export interface WebReaders {
  readonly variable: (name: VariableName) => string | undefined
  /** The text itself; undefined, and told, where its variable is not set. */
  readonly text: (given: Text | undefined) => string | undefined
  readonly wrong: Wrong
}

/** Under which the one token of `web.token` is known. */
const mainToken = 'main'

const isName = (name: string): boolean => /^[a-z0-9][a-z0-9._@-]{0,63}$/i.test(name)

/** Entries that are whole. What is wrong with a value is told here, what is missing by the schema. */
const credentialsOf = <E extends { readonly role?: unknown }, K extends keyof E & string>(
  kind: 'tokens' | 'users',
  member: K,
  entries: Readonly<Record<string, E>> | undefined,
  { text, wrong }: WebReaders,
): (readonly [name: string, secret: string, role: NonNullable<E['role']>])[] =>
  Object.entries(entries ?? {}).flatMap(([name, entry]) => {
    const path = ['web', kind, name]
    if (!isName(name))
      wrong(`the name '${name}' under web.${kind} is not a word`, 'Use letters, digits, . _ @ and -, at most 64', path)
    const secret = text(entry[member] as Text | undefined)
    if (secret === '') wrong(`web.${kind}.${name}.${member} is empty`, 'Give it a value', [...path, member])
    return secret === undefined || secret === '' || entry.role === undefined || entry.role === null
      ? []
      : [[name, secret, entry.role]]
  })

const usersOf = (user: WebSettings, readers: WebReaders): Credentials['users'] =>
  Object.fromEntries(
    credentialsOf('users', 'hash', user.users, readers).flatMap(([name, hash, role]) => {
      if (parsePasswordHash(hash) !== undefined) return [[name, { hash, role }]]
      readers.wrong(
        `web.users.${name}.hash is no hash of a password`,
        'Put there what `tailrace password` prints; the password itself does not belong there',
        ['web', 'users', name, 'hash'],
      )
      return []
    }),
  )

/** What the file and the environment say of the web server. */
export const webOf = (user: WebSettings, readers: WebReaders): WebConfig => {
  const { variable, text, wrong } = readers
  const listen = variable('TAILRACE_LISTEN')
  const parsed = listen === undefined ? undefined : parseListen(listen)
  if (listen !== undefined && parsed === undefined)
    wrong(`TAILRACE_LISTEN is '${listen}'`, 'It takes host:port, as 127.0.0.1:7380')
  const host = parsed?.host ?? user.host ?? '127.0.0.1'
  const insecure = user.insecure ?? false
  const main = variable('TAILRACE_TOKEN') ?? text(user.token)
  const { proxies = [] } = user
  if (parseProxies(proxies) === undefined)
    wrong('web.proxies holds something that is no address', "Write addresses or networks, as '10.0.0.0/8'", [
      'web',
      'proxies',
    ])
  const tokens = Object.fromEntries([
    ...credentialsOf('tokens', 'token', user.tokens, readers).map(([name, token, role]) => [name, { token, role }]),
    ...(main === undefined || main === '' ? [] : [[mainToken, { token: main, role: 'admin' }]]),
  ]) as Credentials['tokens']
  // One that is given and wrong is told as that.
  const guarded =
    main !== undefined ||
    user.token !== undefined ||
    [user.tokens, user.users].some((given) => Object.keys(given ?? {}).length > 0)
  const open = exposed({
    listener: 'the web server',
    host,
    guarded,
    insecure,
    mend: 'Set TAILRACE_TOKEN, web.token or web.users, or write `insecure: true` under `web`',
  })
  if (open !== undefined) wrong(open.text, open.mend)
  return {
    host,
    port: parsed?.port ?? user.port ?? 7380,
    insecure,
    tokens,
    users: usersOf(user, readers),
    proxies,
    limits: limitsOf(user.limits),
  }
}
