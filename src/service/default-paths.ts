import { access, constants } from 'node:fs/promises'
import { absolute, discover } from '../source/discover.ts'

/** Where logs usually lie. What of it is followed is the built-in pipelines' business. */
export const defaultPaths: readonly string[] = [
  '/var/log/nginx/*access*.log',
  '/var/log/nginx/*error*.log',
  '/var/log/mysql/*slow*.log',
  '/var/log/mysql/error.log',
  '/var/log/redis/*.log',
  '/var/log/apache2/*access*.log',
  '/var/log/apache2/*error*.log',
  '/var/log/haproxy*.log',
  '/var/lib/docker/containers/*/*-json.log',
  './logs/**/*.log',
]

/** Something at a default path. */
export interface DefaultPath {
  /** As in `defaultPaths`. */
  readonly pattern: string
  readonly path: string
  /** Why it cannot be read (`EACCES`); undefined: it can. */
  readonly code: string | undefined
}

const codeOf = (path: string): Promise<string | undefined> =>
  access(path, constants.R_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? String(error),
  )

/** What exists of these paths, also where this user may not look. */
export const existingPaths = async (patterns: readonly string[]): Promise<readonly DefaultPath[]> => {
  const found = await Promise.all(
    patterns.map(async (pattern) => {
      const { paths, unseen } = await discover([absolute(pattern)], [])
      const seen = paths.map(async (path) => ({ pattern, path, code: await codeOf(path) }))
      return [...(await Promise.all(seen)), ...unseen.map(({ path, code }) => ({ pattern, path, code }))]
    }),
  )
  return found.flat()
}
