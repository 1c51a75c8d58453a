import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import type { Metric } from '../store/aggregate.ts'

/** P0 fatal: the system is unusable. P1 serious: a core function fails. P2 warning: it got slower. P3 notice. */
export const severities = ['P0', 'P1', 'P2', 'P3'] as const
export type Severity = (typeof severities)[number]

interface Common {
  /** Lower case, unique: the alert's id starts with it. */
  readonly name: string
  /** One line for people, English and Chinese where given. */
  readonly title: string
  readonly about?: string
  readonly severity: Severity
  /** Datasets asked; a rule waits only for sources that can yield them. */
  readonly datasets: readonly string[]
  /** KQL. */
  readonly where?: string
  /** When windows are judged: a node-cron expression. Default: every minute. */
  readonly schedule?: string
  /** Length of a window: `5m`. */
  readonly over: string
  /** How long after a window's end late records are waited for: `30s`. */
  readonly allowance?: string
  /** One alert a group. At most 100 groups are judged, the largest first. */
  readonly by?: readonly string[]
  /** Windows that must agree before it fires, and before it resolves. Default 1. */
  readonly for?: number
  readonly clearFor?: number
  /** Names of notifiers; default all. */
  readonly notify?: readonly string[]
}

/** A figure crosses a limit. With `share`, the figure is the share (0…1) of `where`'s records that also match it. */
export interface ThresholdRule extends Common {
  readonly kind: 'threshold'
  readonly metric?: Metric
  readonly share?: string
  readonly above?: number
  readonly below?: number
  /** Windows with fewer records than this are judged `too_few`, never firing. */
  readonly atLeast?: number
}

/** Statements that take long, told by fingerprint. */
export interface SlowQueryRule extends Common {
  readonly kind: 'slow_query'
  /** `2s`: the mean a fingerprint must reach in the window. */
  readonly slowerThan: string
  readonly atLeast?: number
}

/** A figure leaves its usual range for the hour of the day (median and MAD of the same hour on earlier days). */
export interface AnomalyRule extends Common {
  readonly kind: 'anomaly'
  readonly metric: Metric
  readonly direction?: 'up' | 'down' | 'both'
  /** Robust standard deviations. Default 6. */
  readonly sensitivity?: number
  /** Days of history looked at. Default 14. */
  readonly days?: number
  /** Differences smaller than this are never worth an alert. */
  readonly atLeast?: number
}

export type RuleDefinition = ThresholdRule | SlowQueryRule | AnomalyRule
/** A question asked on a schedule, and when its answer is worth waking someone for. */
export type Rule = RuleDefinition & { readonly problems: readonly Diagnostic[] }

const checks = (definition: RuleDefinition): readonly (readonly [boolean, string, string])[] => [
  [
    !/^[a-z][a-z0-9_-]*$/.test(definition.name),
    `rule name '${definition.name}' is not a word`,
    'Use lower-case letters, digits, - and _',
  ],
  [
    !severities.includes(definition.severity),
    `severity '${definition.severity}' does not exist`,
    `Use one of ${severities.join(', ')}`,
  ],
  [definition.datasets.length === 0, `rule '${definition.name}' asks no dataset`, 'Name the datasets it is about'],
  [
    definition.kind === 'threshold' && definition.above === undefined && definition.below === undefined,
    `rule '${definition.name}' has no limit`,
    'Give `above` or `below`',
  ],
]

/** Declares a rule; mistakes are collected in `problems`. Expressions and queries are checked when rules are loaded. */
export const rule = (definition: RuleDefinition): Rule => {
  const site = markSite(rule)
  return Object.freeze({
    ...definition,
    problems: checks(definition).flatMap(([wrong, text, mend]) => (wrong ? [diagnose(site, text, mend)] : [])),
  })
}
