import { validateDetailed } from 'node-cron'
import { type Diagnostic, diagnose } from '../event/diagnostic.ts'
import { parseDuration } from '../event/units.ts'
import { type Alias, parseKql } from '../query/kql.ts'
import { QueryError } from '../query/query-error.ts'
import { everything, type FieldOf, type Query } from '../query/tree.ts'
import type { Metric } from '../store/aggregate.ts'
import type { Rule } from './rule.ts'

/** What rules are read against. */
export interface RuleContext {
  readonly fieldOf: FieldOf
  /** Every field there is. */
  readonly names: readonly string[]
  /** Other names of fields. */
  readonly aliases?: ReadonlyMap<string, Alias>
  /** Zone of dates in queries, of schedules, and of times in sentences. */
  readonly timezone: string
  /** Names that `notify` may use; undefined: not checked. */
  readonly notifiers?: readonly string[]
}

/** A rule ready to be judged. Times are milliseconds. */
export interface CompiledRule {
  readonly rule: Rule
  readonly over: number
  readonly allowance: number
  readonly schedule: string
  readonly by: readonly string[]
  /** `now` in a query is the end of the window judged. */
  readonly where: (now: number) => Query
  readonly share?: (now: number) => Query
  /** Nanoseconds. */
  readonly slowerThan?: number
}

const day = 86_400_000
const hour = 3_600_000
const numeric = new Set(['long', 'double'])

/** Reads every rule; a rule with a mistake is in `problems`, not in `rules`. */
export const compileRules = (
  rules: readonly Rule[],
  context: RuleContext,
): { readonly rules: readonly CompiledRule[]; readonly problems: readonly Diagnostic[] } => {
  const problems: Diagnostic[] = []
  const compiled: CompiledRule[] = []
  const names = new Set<string>()
  for (const rule of rules) {
    const own: Diagnostic[] = [...rule.problems]
    const wrong = (text: string, mend: string): void =>
      void own.push(diagnose(rule.site, `rule '${rule.name}': ${text}`, mend))
    if (names.has(rule.name)) wrong('another rule has this name', 'Give each its own')
    names.add(rule.name)
    const done = compileRule(rule, context, wrong)
    if (own.length === 0) compiled.push(done)
    problems.push(...own)
  }
  return { rules: compiled, problems }
}

type Wrong = (text: string, mend: string) => void

const compileRule = (rule: Rule, context: RuleContext, wrong: Wrong): CompiledRule => {
  const duration = (name: string, text: string): number => {
    const ms = parseDuration(text)
    if (ms === undefined) wrong(`${name} is '${text}'`, "Give a time, as '30s', '5m' or '1h'")
    return ms ?? Number.NaN
  }
  const query = (name: string, text: string | undefined): ((now: number) => Query) => {
    const read = (now: number): Query => (text === undefined ? everything : parseKql(text, { ...context, now }))
    try {
      read(Date.now())
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      for (const { at, text: what, mend } of error.problems)
        wrong(`${name}, character ${at + 1} of '${text}': ${what}`, mend)
    }
    return read
  }
  const over = duration('over', rule.over)
  if (over < 10_000 || over > 31 * day) wrong(`over is '${rule.over}'`, 'Use at least 10s and at most 31d')
  const schedule = rule.schedule ?? '* * * * *'
  for (const { message } of validateDetailed(schedule).errors)
    wrong(`schedule '${schedule}': ${message}`, "Give a cron expression, as '*/5 * * * *'")
  for (const name of rule.notify ?? [])
    if (context.notifiers?.includes(name) === false)
      wrong(`there is no notifier '${name}'`, `Name one of ${context.notifiers.join(', ')}`)
  for (const name of rule.by ?? []) {
    const field = context.fieldOf(name)
    if (field === undefined || field.type === 'text' || field.type === 'flattened')
      wrong(`groups cannot be made by '${name}'`, 'Name a field that holds keywords, numbers or addresses')
  }
  for (const name of ['for', 'clearFor', 'atLeast'] as const) {
    const value = rule[name]
    if (value !== undefined && !(value >= (name === 'atLeast' ? 0 : 1)))
      wrong(`${name} is ${value}`, 'Give a positive number')
    if (name !== 'atLeast' && value !== undefined && !Number.isInteger(value))
      wrong(`${name} is ${value}`, 'Give a whole number of windows')
  }
  const metric: Metric | undefined = rule.kind === 'slow_query' ? undefined : rule.metric
  if (metric !== undefined) checkMetric(metric, context.fieldOf, wrong)
  if (rule.kind === 'threshold' && rule.share !== undefined) checkShare(rule.above, rule.below, wrong)
  if (rule.kind === 'anomaly') {
    if (hour % over !== 0 && day % over !== 0)
      wrong(`over is '${rule.over}'`, 'An anomaly rule takes a window that divides an hour or a day evenly')
    if (rule.sensitivity !== undefined && !(rule.sensitivity > 0))
      wrong(`sensitivity is ${rule.sensitivity}`, 'Give a positive number; 6 is the default')
    if (rule.days !== undefined && !(Number.isInteger(rule.days) && rule.days >= 1 && rule.days <= 60))
      wrong(`days is ${rule.days}`, 'Give a whole number from 1 to 60')
  }
  return {
    rule,
    over,
    allowance: rule.allowance === undefined ? 10_000 : duration('allowance', rule.allowance),
    schedule,
    by: rule.kind === 'slow_query' ? ['mysql.slowlog.digest'] : (rule.by ?? []),
    where: query('where', rule.where),
    ...(rule.kind === 'threshold' && rule.share !== undefined ? { share: query('share', rule.share) } : {}),
    ...(rule.kind === 'slow_query' ? { slowerThan: duration('slowerThan', rule.slowerThan) * 1_000_000 } : {}),
  }
}

const checkMetric = (metric: Metric, fieldOf: FieldOf, wrong: Wrong): void => {
  if (metric.kind === 'count') return
  const field = fieldOf(metric.field)
  if (field === undefined) wrong(`there is no field '${metric.field}'`, 'Name a field of the reference')
  else if (metric.kind === 'unique' ? field.type === 'text' || field.type === 'flattened' : !numeric.has(field.type))
    wrong(
      `${metric.kind} of '${metric.field}' is no figure: the field holds ${field.type}`,
      metric.kind === 'unique' ? 'Name a field that is no text' : 'Name a field that holds numbers',
    )
  if (metric.kind === 'percentile' && !(metric.of > 0 && metric.of < 100))
    wrong(`percentile ${metric.of} does not exist`, 'Give a number between 0 and 100')
}

const checkShare = (above: number | undefined, below: number | undefined, wrong: Wrong): void => {
  for (const limit of [above, below])
    if (limit !== undefined && !(limit >= 0 && limit <= 1))
      wrong(`the limit of a share is ${limit}`, 'A share is a number from 0 to 1: 5 % is 0.05')
}
