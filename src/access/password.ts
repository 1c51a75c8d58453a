import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** A password's hash, read: RFC 9106 in the PHC string format, `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. */
export interface PasswordHash {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly hash: Buffer
}

const shape = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Undefined where it is none, or one that costs more to try than a service can bear (256 MiB, 10 passes, 4 lanes). */
export const parsePasswordHash = (text: string): PasswordHash | undefined => {
  const [, m, t, p, salt = '', hash = ''] = shape.exec(text) ?? []
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)]
  if (m === undefined || memory < 8 * parallelism || memory > 262_144) return undefined
  if (passes < 1 || passes > 10 || parallelism < 1 || parallelism > 4) return undefined
  return { memory, passes, parallelism, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

const parametersOf = (
  password: string,
  { memory, passes, parallelism, salt, hash }: PasswordHash,
): Argon2Parameters => ({
  // The same password may be typed as different code points.
  message: password.normalize('NFKC'),
  nonce: salt,
  memory,
  passes,
  parallelism,
  tagLength: hash.length,
})

/** Some 25 ms and 19 MiB, beside the main thread: the second of OWASP's recommendations for argon2id. */
const usual = { memory: 19_456, passes: 2, parallelism: 1 }

const bare = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** The text that stands for the password in a configuration. */
export const hashPassword = async (password: string, cost = usual): Promise<string> => {
  const salt = randomBytes(16)
  const hash = await derive('argon2id', parametersOf(password, { ...cost, salt, hash: Buffer.alloc(32) }))
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${bare(salt)}$${bare(hash)}`
}

export const verifyPassword = async (password: string, held: PasswordHash): Promise<boolean> =>
  timingSafeEqual(await derive('argon2id', parametersOf(password, held)), held.hash)
