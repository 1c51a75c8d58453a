import type { Scalar } from '../event/column.ts'
import type { Sentence } from '../event/units.ts'
import type { Severity } from './rule.ts'

/** Milliseconds since 1970, start included, end not. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** How to see for oneself what a verdict rests on: `tailrace search KQL --since … --until …`. */
export interface Evidence extends Window {
  readonly kql: string
  readonly datasets: readonly string[]
}

/** Something that was wrong for a while, with what is known about it now. */
export interface Alert {
  /** Rule, and where the rule has groups, the group: `slow_queries:5D51D19D0F6A1C0E`. The same trouble has the same id. */
  readonly id: string
  readonly rule: string
  readonly title: Sentence
  readonly severity: Severity
  readonly state: 'firing' | 'resolved'
  /** Field → value of the rule's `by`. */
  readonly group: Readonly<Record<string, Scalar | null>>
  /** Start of the first window of this episode that was wrong. Id and `since` name the episode. */
  readonly since: number
  /** End of the window that resolved it. */
  readonly until?: number
  /** The last figure judged and the limit it was held against; null where there was none to judge. */
  readonly value: number | null
  readonly limit: number | null
  readonly explanation: Sentence
  /** Of an ended alert: what was said last while it was wrong. */
  readonly cause?: Sentence
  readonly evidence: Evidence
  /** Whether people were told that it fires. Recorded only: found long after, or beyond the hour's cap. */
  readonly announced: boolean
}

/** A change people are told of, once. */
export interface Transition {
  /** The same change has the same id after a restart: messages carry it, so that a repeated one can be told. */
  readonly id: string
  /** `flood`: a rule fires for more groups than people are told of in an hour. */
  readonly kind: 'fired' | 'resolved' | 'flood'
  /** When it was noticed. */
  readonly at: number
  readonly alert: Alert
  /** Names of notifiers; undefined: all. */
  readonly notify?: readonly string[]
}

/** A change of an alert, noticed `at`. */
export const transitionOf = (kind: Transition['kind'], alert: Alert, at: number): Transition => ({
  id: `${alert.id}@${new Date(alert.since).toISOString()}/${kind}`,
  kind,
  at,
  alert,
})

/** What became of looking at a window. `behind`: its records have not all been read; `failed`: the store could not be asked. */
export type Verdict = 'ok' | 'firing' | 'too_few' | 'learning' | 'behind' | 'failed'

export interface GroupVerdict {
  /** '' without `by`. */
  readonly key: string
  readonly group: Readonly<Record<string, Scalar | null>>
  readonly verdict: 'ok' | 'firing' | 'too_few' | 'learning'
  /** With `too_few`: the figure is beyond the limit, only on few records. An alert that fires then goes on. */
  readonly beyond: boolean
  readonly value: number | null
  readonly limit: number | null
  /** Records the figure is made of. */
  readonly records: number
  readonly explanation: Sentence
  readonly kql: string
}

/** A window of a rule, judged: a line of `rules test`. */
export interface WindowVerdict extends Window {
  readonly rule: string
  /** The worst among the groups. */
  readonly verdict: Verdict
  /** Records may still come: it ends after what was read (`run --once`). */
  readonly partial: boolean
  readonly groups: readonly GroupVerdict[]
  /** There were more groups than are judged. */
  readonly cut: boolean
  /** Why it could not be judged. */
  readonly error?: string
}

/** How a rule fares: a line of `rules list`. */
export interface RuleStatus {
  readonly rule: string
  readonly title: Sentence
  readonly severity: Severity
  /** Every window that ends at or before this was judged. Undefined: none yet. */
  readonly judgedTo: number | undefined
  readonly last: { readonly from: number; readonly to: number; readonly verdict: Verdict } | undefined
  /** Why the next window is not judged though its time has come. */
  readonly trouble: string | undefined
  readonly firing: number
}
