import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import type { Sentence } from '../event/units.ts'
import type { Metric } from '../store/aggregate.ts'

/** P0 fatal: the system is unusable. P1 serious: a core function fails. P2 warning: it got slower. P3 notice. */
export const severities = ['P0', 'P1', 'P2', 'P3'] as const
export type Severity = (typeof severities)[number]

interface Common {
  /** Lower case, unique: the alert's id starts with it. */
  readonly name: string
  /** One line for people, English and Chinese where given. */
  readonly title: string | Sentence
  /** What to do about it: shown in messages. */
  readonly about?: string
  readonly severity: Severity
  /** Datasets asked; a rule waits only for sources that can yield them. */
  readonly datasets: readonly string[]
  /** KQL. */
  readonly where?: string
  /** When windows are judged: a node-cron expression. Default: every minute. */
  readonly schedule?: string
  /** Length of a window: `5m`. Windows begin at multiples of it since 1970 and each is judged once. */
  readonly over: string
  /** How long after a window's end late records are waited for: `30s`. Default `10s`. */
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
  /** Default: the number of records. */
  readonly metric?: Metric
  /** KQL. */
  readonly share?: string
  readonly above?: number
  readonly below?: number
  /** Windows with fewer records than this are judged `too_few`, never firing. */
  readonly atLeast?: number
}

/** Statements that take long, told by fingerprint (`mysql.slowlog.digest`). */
export interface SlowQueryRule extends Common {
  readonly kind: 'slow_query'
  /** `2s`: the mean a fingerprint must reach in the window. */
  readonly slowerThan: string
  /** Runs in the window before it counts. Default 1. */
  readonly atLeast?: number
}

/**
 * A figure leaves its usual range for the hour of the day (median and MAD of the same hour on earlier days; the
 * hours before it while there are fewer than three such days).
 */
export interface AnomalyRule extends Common {
  readonly kind: 'anomaly'
  readonly metric: Metric
  /** Default `both`. */
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
export type Rule = RuleDefinition & {
  readonly problems: readonly Diagnostic[]
  /** Where it was declared. */
  readonly site?: SiteMark
}

const checks = (definition: RuleDefinition): readonly (readonly [boolean, string, string])[] => [
  [
    !/^[a-z][a-z0-9_-]{0,63}$/.test(definition.name),
    `rule name '${definition.name}' is not a word`,
    'Use lower-case letters, digits, - and _, at most 64, beginning with a letter',
  ],
  [
    !severities.includes(definition.severity),
    `rule '${definition.name}': severity '${definition.severity}' does not exist`,
    `Use one of ${severities.join(', ')}`,
  ],
  [definition.datasets.length === 0, `rule '${definition.name}' asks no dataset`, 'Name the datasets it is about'],
  [
    definition.kind === 'threshold' && definition.above === undefined && definition.below === undefined,
    `rule '${definition.name}' has no limit`,
    'Give `above` or `below`',
  ],
  [
    definition.kind === 'threshold' && definition.share !== undefined && definition.metric !== undefined,
    `rule '${definition.name}' has both a share and a metric`,
    'A share is a figure by itself: take `metric` out',
  ],
  [
    definition.kind === 'slow_query' && definition.by !== undefined,
    `rule '${definition.name}' is told by fingerprint already`,
    'Take `by` out',
  ],
]

/**
 * Declares a rule; mistakes are collected in `problems`. Expressions, durations and queries are checked when rules are
 * loaded (`compileRules`).
 *
 * ```ts
 * rule({
 *   name: 'nginx_5xx', kind: 'threshold', severity: 'P1',
 *   title: { en: 'Many requests fail with 5xx', zh: '5xx 错误比例过高' },
 *   datasets: ['nginx.access'], over: '5m',
 *   share: 'http.response.status_code >= 500', above: 0.05, atLeast: 20,
 * })
 * rule({
 *   name: 'slow_queries', kind: 'slow_query', severity: 'P2',
 *   title: { en: 'Slow statement', zh: '慢查询' },
 *   datasets: ['mysql.slowlog'], over: '5m', slowerThan: '2s',
 * })
 * rule({
 *   name: 'nginx_volume', kind: 'anomaly', severity: 'P2',
 *   title: { en: 'Unusual number of requests', zh: '请求量异常' },
 *   datasets: ['nginx.access'], over: '5m', metric: { kind: 'count' }, atLeast: 50, for: 2, clearFor: 2,
 * })
 * ```
 */
export const rule = (definition: RuleDefinition): Rule => {
  const site = markSite(rule)
  return Object.freeze({
    ...definition,
    site,
    problems: checks(definition).flatMap(([wrong, text, mend]) => (wrong ? [diagnose(site, text, mend)] : [])),
  })
}

/** The title in each language; a title given as text is the same in all. */
export const titleOf = ({ title }: Pick<RuleDefinition, 'title'>): Sentence =>
  typeof title === 'string' ? { en: title, zh: title } : title
