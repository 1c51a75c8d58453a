import { markSite, type SiteMark } from '../event/diagnostic.ts'

/** A value that comes from the environment when the configuration is loaded. */
export interface EnvReference {
  readonly kind: 'env'
  readonly name: string
  readonly secret: boolean
  readonly fallback?: string
  readonly site: SiteMark
}

/** Text, or where it comes from. */
export type Text = string | EnvReference

/** `env('ELASTICSEARCH_URL')`, `env('PORT', '7380')`; `NAME_FILE` is read where `NAME` itself is not set. */
export const env = Object.assign(
  (name: string, fallback?: string): EnvReference => ({
    kind: 'env',
    name,
    secret: false,
    ...(fallback === undefined ? {} : { fallback }),
    site: markSite(env),
  }),
  {
    /** The same, and it is never shown. */
    secret: (name: string): EnvReference => ({ kind: 'env', name, secret: true, site: markSite(env.secret) }),
  },
)

export const isReference = (value: unknown): value is EnvReference =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'env' && 'site' in value
