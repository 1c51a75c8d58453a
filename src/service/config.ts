import type { Rule } from '../alert/rule.ts'
import type { Text } from '../config/env.ts'
import type {
  DeadLetterSettings,
  DigestSettings,
  NotifierSettings,
  RetentionSettings,
  StoreSettings,
  WebSettings,
} from '../config/settings.ts'
import { markSite, type SiteMark } from '../event/diagnostic.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'

/** What a user may write. Everything has a default; environment variables override. */
export interface UserConfig {
  readonly data?: string
  readonly namespace?: string
  /** IANA zone for times without one; else the machine's. */
  readonly timezone?: string
  readonly role?: 'all' | 'ship' | 'analyse'
  readonly store?: StoreSettings | readonly StoreSettings[]
  readonly pipelines?: readonly (Pipeline | readonly Pipeline[])[]
  readonly rules?: readonly Rule[]
  readonly web?: WebSettings | false
  readonly notify?: Readonly<Record<string, NotifierSettings>>
  readonly digest?: DigestSettings | false
  readonly heartbeat?: { readonly url: Text; readonly every?: string }
  readonly retention?: readonly RetentionSettings[]
  readonly deadLetters?: DeadLetterSettings
  readonly log?: { readonly level?: string; readonly output?: 'text' | 'json' }
  /** Megabytes for blocks and columns. */
  readonly memory?: number
  /** Seconds a stop may take. */
  readonly grace?: string
}

export interface DefinedConfig {
  readonly settings: UserConfig
  readonly site: SiteMark
}

/** What `tailrace.config.ts` exports by default. */
export const defineConfig = (settings: UserConfig): DefinedConfig =>
  Object.freeze({ settings, site: markSite(defineConfig) })
