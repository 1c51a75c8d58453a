import type { Alert } from '../../alert/alert.ts'
import type { Lang } from '../../event/units.ts'

/** Everything the page at `/` says. Times are milliseconds since 1970. */
export interface Overview {
  readonly now: number
  /** IANA name: times are shown in it. */
  readonly timezone: string
  readonly namespace: string
  readonly demo: boolean
  readonly asked: Asked
  /** What keeps the service from working as it should; those that block first. */
  readonly troubles: readonly { readonly kind: string; readonly text: string; readonly blocks: boolean }[]
  readonly alerts: readonly Alert[]
  /** Alerts are judged by another instance, on this host ('' where that is not known); undefined: here. */
  readonly elsewhere?: string | undefined
  readonly files: readonly FileRow[]
  /** Of each store; never none. */
  readonly ledger: readonly Account[]
  /** Undefined: the store has not answered, and why. */
  readonly answers: Answers | undefined
  readonly silence: string | undefined
}

/** What the address asks for. */
export interface Asked {
  readonly lang: Lang
  /** The language was named in the address, so links keep it. */
  readonly fixedLang: boolean
  readonly range: RangeName
  readonly kql: string
  /** What is wrong with `kql`, drawn under it; the page is shown without it then. */
  readonly problem: string | undefined
}

export const ranges = {
  '1h': { span: 3_600_000, interval: 60_000 },
  '24h': { span: 86_400_000, interval: 900_000 },
  '7d': { span: 604_800_000, interval: 7_200_000 },
} as const
export type RangeName = keyof typeof ranges

export interface Account {
  readonly store: string
  readonly read: number
  readonly stored: number
  readonly deadLettered: number
  readonly inFlight: number
  /** Bytes. */
  readonly lost: number
  readonly balanced: boolean
}

export interface FileRow {
  readonly path: string
  readonly source: string
  readonly state: string
  readonly size: number
  readonly lagBytes: number
  readonly lagSeconds: number
}

/** What the store says of the range. */
export interface Answers {
  readonly slots: readonly Slot[]
  readonly datasets: readonly DatasetRow[]
  readonly events: readonly EventRow[]
  readonly slow: readonly SlowRow[]
}

export interface Slot {
  readonly at: number
  /** By dataset. */
  readonly counts: ReadonlyMap<string, number>
  readonly errors: number
}

export interface DatasetRow {
  readonly name: string
  readonly count: number
  readonly errors: number
  /** Events a second in the last minute. */
  readonly rate: number
}

export interface EventRow {
  readonly at: number
  readonly dataset: string
  /** Level, or where there is none the status of an answer. */
  readonly level: string
  /** Field and value that `level` came from. */
  readonly levelField: 'log.level' | 'http.response.status_code' | undefined
  readonly text: string
}

/** Statements of one kind. Seconds. */
export interface SlowRow {
  readonly digest: string
  readonly fingerprint: string
  readonly count: number
  readonly total: number
  readonly mean: number
  readonly max: number
}
