import { type Access, type Credentials, createAccess, type Entered, type Refusal } from '../../src/access/access.ts'
import type { AuditEntry } from '../../src/access/audit.ts'
import { hashPassword } from '../../src/access/password.ts'
import { openSessions } from '../../src/access/sessions.ts'
import type { Role } from '../../src/config/roles.ts'

/** Cheap: what it costs is not what is tested. */
const cheap = { memory: 8, passes: 1, parallelism: 1 }

/** Users by name with password and role, hashed. */
export const usersOf = async (
  given: Readonly<Record<string, readonly [password: string, role: Role]>>,
): Promise<Credentials['users']> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(given).map(async ([name, [password, role]]) => {
        return [name, { hash: await hashPassword(password, cheap), role }] as const
      }),
    ),
  )

export interface TestAccess {
  readonly access: Access
  readonly audited: AuditEntry[]
}

/** Access with sessions in memory only. */
export const accessOf = async (
  { tokens = {}, users = {} }: Partial<Credentials>,
  clock?: () => number,
): Promise<TestAccess> => {
  const audited: AuditEntry[] = []
  const given = clock === undefined ? {} : { clock }
  const sessions = await openSessions({ report: () => undefined, ...given })
  return { access: createAccess({ tokens, users, sessions, audit: (entry) => audited.push(entry), ...given }), audited }
}

/** Access by one token that opens everything. */
export const byToken = async (token: string): Promise<Access> =>
  (await accessOf({ tokens: { main: { token, role: 'admin' } } })).access

/** The cookies a login gave, as a browser sends them back. */
export const cookiesOf = (entered: Entered | Refusal): string => {
  if ('refused' in entered) throw new Error(`the login was refused: ${entered.refused}`)
  return entered.cookies.map((one) => one.split(';')[0]).join('; ')
}
