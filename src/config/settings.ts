import type { Lang } from '../event/units.ts'
import type { Text } from './env.ts'
import type { Role } from './roles.ts'

export interface DuckdbSettings {
  readonly kind: 'duckdb'
  /** Else `store/tailrace.duckdb` in the data directory. */
  readonly path?: string
  /** Megabytes DuckDB may use while it answers a question; else 512, or a quarter of a small machine's. */
  readonly memory?: number
}
export interface ElasticsearchSettings {
  readonly kind: 'elasticsearch'
  readonly nodes: readonly Text[]
  readonly apiKey?: Text
  readonly bearer?: Text
  readonly user?: Text
  readonly password?: Text
  /** PEM file of the certificate authority. */
  readonly ca?: Text
  /** PEM files of a client certificate. */
  readonly certificate?: Text
  readonly key?: Text
  readonly compression?: 'auto' | 'gzip' | 'none'
  /** False: index templates are somebody else's business. */
  readonly installTemplates?: boolean
}
export type StoreSettings = DuckdbSettings | ElasticsearchSettings

/** The embedded store. */
export const duckdb = (settings: Omit<DuckdbSettings, 'kind'> = {}): DuckdbSettings => ({ kind: 'duckdb', ...settings })
/** Elasticsearch from 7.9, or OpenSearch. */
export const elasticsearch = (settings: Omit<ElasticsearchSettings, 'kind'>): ElasticsearchSettings => ({
  kind: 'elasticsearch',
  ...settings,
})

export interface EmailSettings {
  readonly kind: 'email'
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: Text
  readonly from: Text
  /** Addresses, separated by commas. */
  readonly to: Text
  /** Language of the messages; default `en`. */
  readonly lang?: Lang
}
export interface ConsoleSettings {
  readonly kind: 'console'
  readonly lang?: Lang
}
export type NotifierSettings = EmailSettings | ConsoleSettings

/** Mail through an SMTP server. */
export const email = (settings: Omit<EmailSettings, 'kind'>): EmailSettings => ({ kind: 'email', ...settings })

/** What a listener bears. */
export interface LimitSettings {
  /** Connections at once. */
  readonly connections?: number
  /** Those of one address. */
  readonly perAddress?: number
  /** New ones a second from one address. */
  readonly perSecond?: number
}
export interface WebSettings {
  readonly host?: string
  readonly port?: number
  /** Opens everything. */
  readonly token?: Text
  /** Others, by name. */
  readonly tokens?: Readonly<Record<string, { readonly token: Text; readonly role: Role }>>
  /** People, by name. */
  readonly users?: Readonly<Record<string, { readonly hash: Text; readonly role: Role }>>
  readonly insecure?: boolean
  /** Addresses and networks of proxies that are believed about whom they speak for. */
  readonly proxies?: readonly string[]
  readonly limits?: LimitSettings
}

export interface DigestSettings {
  /** Time of day, `08:00`. */
  readonly at?: string
  readonly timezone?: string
  /** Name of a notifier under `notify` that sends mail. */
  readonly to?: string
  /** Default: that of the notifier. */
  readonly lang?: Lang
}
export interface DeadLetterSettings {
  /** `10GiB` */
  readonly size?: string
  /** `30d` */
  readonly age?: string
}

export interface RetentionSettings {
  readonly dataset?: string
  /** `30d` */
  readonly age?: string
  /** `20GiB` */
  readonly size?: string
}
