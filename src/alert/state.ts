import type { Alert, GroupVerdict, Transition, WindowVerdict } from './alert.ts'
import type { CompiledRule } from './compile.ts'
import { noRecords } from './explain.ts'
import type { Group } from './group.ts'
import { titleOf } from './rule.ts'

/** Windows in a row, of one group. */
export interface Run {
  readonly key: string
  /** Wrong in a row, and when the first of them began. */
  readonly bad: number
  readonly since: number
  /** Right in a row while firing. */
  readonly good: number
}

/** What is remembered of a rule between windows. Plain JSON. */
export interface RuleState {
  /** Every window that ends at or before this was judged; undefined: none yet. */
  readonly judgedTo?: number
  /** Where a rule began that follows the clock: records late for earlier windows change nothing. */
  readonly begun?: number
  /** Records came late: windows from here on are judged again. */
  readonly dirtyFrom?: number
  readonly runs: readonly Run[]
  readonly firing: readonly Alert[]
  /** Alerts people were told of in one hour of the clock. */
  readonly told: { readonly hour: number; readonly count: number; readonly flooded: boolean }
  readonly last?: { readonly from: number; readonly to: number; readonly verdict: WindowVerdict['verdict'] }
  /** The alert that this rule itself is not being judged. */
  readonly unjudged?: Alert
}

export const freshState: RuleState = Object.freeze({
  runs: [],
  firing: [],
  told: { hour: 0, count: 0, flooded: false },
})

export interface StepOptions {
  /** Milliseconds since 1970. With `run --once` the time of the last event. */
  readonly now: number
  /** The clock: when what is found was noticed. */
  readonly at: number
  /** Windows that ended longer ago than this are recorded, and nobody is told. */
  readonly notifyWithin: number
  /** Alerts of a rule that people are told of in an hour. */
  readonly mostPerHour: number
  /** Ended alerts of this rule: what was told once is not told again when windows are judged again. */
  readonly ended: readonly Alert[]
}

export interface Step {
  readonly state: RuleState
  readonly ended: readonly Alert[]
  readonly transitions: readonly Transition[]
}

interface Episode {
  readonly since: number
  until: number | undefined
  /** The last verdict that was wrong, and its window. */
  wrong: GroupVerdict
  wrongAt: WindowVerdict
  /** The one that ended it. */
  right: GroupVerdict | undefined
}

type Mark = 'bad' | 'good' | 'hold'

const markOf = (verdict: GroupVerdict | undefined, window: WindowVerdict, firing: boolean): Mark => {
  if (verdict?.verdict === 'firing') return 'bad'
  // A window that is not over can still turn wrong, and a group left out for lack of room may still be wrong.
  if (window.partial || (verdict === undefined && window.cut && firing)) return 'hold'
  return verdict?.verdict === 'too_few' && verdict.beyond ? 'hold' : 'good'
}

const alertId = (rule: string, key: string): string => (key === '' ? rule : `${rule}:${key}`)

/**
 * Folds verdicts of windows in a row, oldest first, into the state of their rule. Windows that were judged before may
 * come again: then `restart` is set, they begin `max(for, clearFor) - 1` windows before the first that changed, and what
 * people are told is the difference to what they were told.
 */
export const step = (
  compiled: CompiledRule,
  state: RuleState,
  windows: readonly WindowVerdict[],
  options: StepOptions & { readonly restart?: boolean },
): Step => {
  const from = windows[0]?.from ?? 0
  const runs = new Map((options.restart === true ? [] : state.runs).map((run) => [run.key, run]))
  const firing = new Map(state.firing.map((alert) => [alert.id, alert]))
  const told = { ...state.told }
  const ended: Alert[] = []
  const transitions: Transition[] = []
  const keys = new Map<string, Group>()
  for (const key of runs.keys()) keys.set(key, {})
  for (const { groups } of windows) for (const { key, group } of groups) keys.set(key, group)
  const prefix = `${compiled.rule.name}:`
  for (const { id, group } of state.firing) keys.set(id.startsWith(prefix) ? id.slice(prefix.length) : '', group)

  const hour = options.now - (options.now % 3_600_000)
  /** Whether people may be told of one more; says once an hour that they are not. */
  const mayTell = (alert: Alert, at: number): boolean => {
    if (options.now - at > options.notifyWithin) return false
    if (told.hour !== hour) Object.assign(told, { hour, count: 0, flooded: false })
    if (told.count < options.mostPerHour) {
      told.count++
      return true
    }
    if (!told.flooded) {
      told.flooded = true
      transitions.push(floodOf(compiled, alert, options, hour))
    }
    return false
  }
  const change = (kind: 'fired' | 'resolved', alert: Alert): void => {
    const again = [...options.ended, ...ended].filter(
      ({ id, since }) => id === alert.id && since === alert.since && (kind === 'fired' || alert.until !== undefined),
    ).length
    transitions.push({
      id: `${alert.id}@${new Date(alert.since).toISOString()}${again > (kind === 'fired' ? 0 : 1) ? `.${again}` : ''}/${kind}`,
      kind,
      at: options.at,
      alert,
      ...(compiled.rule.notify === undefined ? {} : { notify: compiled.rule.notify }),
    })
  }

  const kept: Run[] = []
  for (const [key, group] of keys) {
    const id = alertId(compiled.rule.name, key)
    const current = firing.get(id)
    const past = [...options.ended.filter((alert) => alert.id === id)]
    const before =
      current !== undefined && (options.restart !== true || current.since < from)
        ? current
        : options.restart === true
          ? past.find(({ since, until }) => since < from && until !== undefined && until > from)
          : undefined
    const { episodes, run } = simulate(compiled, key, group, windows, runs.get(key), before)
    if (run.bad > 0 || run.good > 0) kept.push(run)
    const open = episodes.find(({ until }) => until === undefined)

    for (const episode of episodes) {
      if (episode === open || (current !== undefined && overlaps(episode, current))) continue
      if (past.some((alert) => overlaps(episode, alert))) continue
      const end = episode.until!
      const found = alertOf(compiled, id, episode, 'firing')
      const announced = mayTell(found, end)
      const alert = { ...found, announced }
      if (announced) change('fired', alert)
      const closed = {
        ...alert,
        state: 'resolved',
        cause: alert.explanation,
        until: end,
        ...endOf(compiled, episode),
      } as const
      ended.push(closed)
      if (announced) change('resolved', closed)
    }

    if (open !== undefined) {
      const fresh = alertOf(compiled, id, open, 'firing')
      const alert: Alert =
        current === undefined ? fresh : { ...fresh, since: current.since, announced: current.announced }
      const announced = alert.announced || mayTell(alert, open.wrongAt.to)
      firing.set(id, { ...alert, announced })
      if (announced && !alert.announced) change('fired', { ...alert, announced })
    } else if (current !== undefined) {
      const last = episodes.findLast((episode) => overlaps(episode, current))
      const closed: Alert = {
        ...current,
        state: 'resolved',
        cause: current.explanation,
        until: last?.until ?? windows.at(-1)?.to ?? options.now,
        ...(last === undefined ? { explanation: noRecords(compiled.over) } : endOf(compiled, last)),
      }
      firing.delete(id)
      ended.push(closed)
      if (current.announced) change('resolved', closed)
    }
  }
  const last = windows.findLast(({ partial }) => !partial)
  const partial = windows.at(-1)?.partial === true
  return {
    state: {
      ...state,
      ...(last === undefined
        ? {}
        : {
            judgedTo: Math.max(state.judgedTo ?? 0, last.to),
            last: { from: last.from, to: last.to, verdict: last.verdict },
          }),
      // A partial window is judged again when it is whole, from the same counts.
      runs: partial ? state.runs : kept,
      firing: [...firing.values()],
      told,
    },
    ended,
    transitions,
  }
}

const overlaps = (
  a: { readonly since: number; readonly until?: number | undefined },
  b: { readonly since: number; readonly until?: number | undefined },
): boolean => a.since < (b.until ?? Number.POSITIVE_INFINITY) && b.since < (a.until ?? Number.POSITIVE_INFINITY)

/** When a group was wrong, over these windows. `before`: the alert it was in when they begin. */
const simulate = (
  { rule }: CompiledRule,
  key: string,
  group: Group,
  windows: readonly WindowVerdict[],
  start: Run | undefined,
  before: Alert | undefined,
): { readonly episodes: readonly Episode[]; readonly run: Run } => {
  const need = rule.for ?? 1
  const clear = rule.clearFor ?? 1
  const episodes: Episode[] = []
  let { bad, since, good } = start ?? { bad: 0, since: 0, good: 0 }
  let open: Episode | undefined
  if (before !== undefined) {
    open = episodeOf(before, group)
    episodes.push(open)
  }
  for (const window of windows) {
    const verdict = window.groups.find((one) => one.key === key)
    const mark = markOf(verdict, window, open !== undefined)
    if (mark === 'hold') continue
    if (mark === 'good') {
      bad = 0
      good = open === undefined ? 0 : good + 1
      if (open !== undefined && good >= clear) {
        open.until = window.to
        open.right = verdict
        open = undefined
        good = 0
      }
      continue
    }
    good = 0
    since = bad === 0 ? window.from : since
    bad++
    if (open !== undefined) Object.assign(open, { wrong: verdict, wrongAt: window })
    else if (bad >= need) {
      open = { since, until: undefined, wrong: verdict!, wrongAt: window, right: undefined }
      episodes.push(open)
    }
  }
  return { episodes, run: { key, bad, since, good } }
}

/** An alert as the beginning of an episode that goes on. */
const episodeOf = (alert: Alert, group: Group): Episode => {
  const { from, to, kql } = alert.evidence
  return {
    since: alert.since,
    until: undefined,
    wrong: {
      key: '',
      group,
      verdict: 'firing',
      beyond: true,
      value: alert.value,
      limit: alert.limit,
      records: 0,
      explanation: alert.explanation,
      kql,
    },
    wrongAt: { rule: alert.rule, from, to, verdict: 'firing', partial: false, groups: [], cut: false },
    right: undefined,
  }
}

const alertOf = ({ rule }: CompiledRule, id: string, episode: Episode, state: Alert['state']): Alert => ({
  id,
  rule: rule.name,
  title: titleOf(rule),
  severity: rule.severity,
  state,
  group: episode.wrong.group,
  since: episode.since,
  value: episode.wrong.value,
  limit: episode.wrong.limit,
  explanation: episode.wrong.explanation,
  evidence: {
    from: episode.wrongAt.from,
    to: episode.wrongAt.to,
    kql: episode.wrong.kql,
    datasets: rule.datasets,
  },
  announced: false,
})

/** What is known of the window that ended an episode. */
const endOf = (compiled: CompiledRule, { right }: Episode): Pick<Alert, 'value' | 'explanation'> =>
  right === undefined
    ? { value: null, explanation: noRecords(compiled.over) }
    : { value: right.value, explanation: right.explanation }

const floodOf = (compiled: CompiledRule, alert: Alert, options: StepOptions, hour: number): Transition => ({
  id: `${compiled.rule.name}@${new Date(hour).toISOString()}/flood`,
  kind: 'flood',
  at: options.at,
  alert: {
    ...alert,
    id: compiled.rule.name,
    group: {},
    announced: true,
    explanation: {
      en: `More than ${options.mostPerHour} alerts of this rule in an hour: the others are recorded, and not sent`,
      zh: `该规则一小时内的告警超过 ${options.mostPerHour} 条：其余仅记录，不再发送`,
    },
  },
  ...(compiled.rule.notify === undefined ? {} : { notify: compiled.rule.notify }),
})
