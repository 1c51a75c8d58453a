import { and, equals, everything } from '../query/tree.ts'
import type { GroupVerdict, Verdict, Window, WindowVerdict } from './alert.ts'
import { baselineOf, deviationOf } from './anomaly/baseline.ts'
import { createPresence, type History, historyOf, type Presence } from './anomaly/history.ts'
import type { CompiledRule } from './compile.ts'
import {
  explainAnomaly,
  explainSlow,
  explainThreshold,
  learning,
  noRecords,
  type SlowExample,
  tooFew,
} from './explain.ts'
import { type Asking, type Figure, figuresOf, mostGroups, scopeOf } from './figure.ts'
import { kqlOf } from './group.ts'
import type { AnomalyRule, SlowQueryRule, ThresholdRule } from './rule.ts'

/** Windows asked for in one question, where the rule has no groups. */
const atOnce = 500

export interface Judge {
  /**
   * Judges the windows [from, to), both multiples of the rule's `over`, in order. `complete`: time up to which records
   * are known to be all there; a window that ends later is partial, and then only what more records could not mend is
   * `firing`. Throws what the store throws.
   */
  judge(
    compiled: CompiledRule,
    from: number,
    to: number,
    options: { readonly complete: number; readonly signal: AbortSignal },
  ): AsyncGenerator<WindowVerdict>
}

/** Whether a window without records needs a look: only where too little can be wrong. */
const quietMatters = ({ rule }: CompiledRule): boolean =>
  rule.kind === 'anomaly' ? rule.direction !== 'up' : rule.kind === 'threshold' && rule.below !== undefined

const worst = (groups: readonly GroupVerdict[]): Verdict =>
  (['firing', 'ok', 'too_few', 'learning'] as const).find((verdict) =>
    groups.some((group) => group.verdict === verdict),
  ) ?? 'ok'

export const createJudge = (asking: Asking): Judge => {
  const hours = new Map<string, { readonly hour: number; readonly history: History }>()

  /** The hour's history is asked once: the same hour of earlier days does not change while it lasts. */
  const history = async (
    compiled: CompiledRule,
    from: number,
    presence: Presence,
    signal: AbortSignal,
  ): Promise<History | undefined> => {
    const known = hours.get(compiled.rule.name)
    if (known !== undefined && from >= known.hour && from < known.hour + Math.max(3_600_000, compiled.over))
      return known.history
    const found = await historyOf(compiled, from, asking, presence, signal)
    if (found?.kind === 'same_hour') hours.set(compiled.rule.name, { hour: found.hour, history: found })
    return found
  }

  const judgeWindow = async (
    compiled: CompiledRule,
    window: Window,
    figures: readonly Figure[],
    partial: boolean,
    presence: Presence,
    signal: AbortSignal,
  ): Promise<WindowVerdict> => {
    const { rule, by } = compiled
    const empty: Figure = {
      key: '',
      group: {},
      value:
        rule.kind !== 'slow_query' &&
        (rule.kind !== 'threshold' || rule.share === undefined) &&
        (rule.metric ?? { kind: 'count' }).kind === 'count'
          ? 0
          : null,
      records: 0,
      more: {},
    }
    const known = figures.length === 0 && by.length === 0 ? [empty] : figures
    const groups =
      rule.kind === 'threshold'
        ? known.map((figure) => judgeThreshold(compiled, rule, figure, partial))
        : rule.kind === 'slow_query'
          ? await judgeSlow(compiled, rule, known, window, asking, signal)
          : judgeAnomaly(
              compiled,
              rule,
              known,
              await history(compiled, window.from, presence, signal),
              partial,
              asking.timezone,
            )
    return {
      rule: rule.name,
      ...window,
      verdict: worst(groups),
      partial,
      groups,
      cut: by.length > 0 && figures.length >= mostGroups,
    }
  }

  return {
    async *judge(compiled, from, to, { complete, signal }) {
      const { over, by } = compiled
      const presence = createPresence(compiled, to, asking, signal)
      for (let start = from; start < to; start += atOnce * over) {
        const end = Math.min(to, start + atOnce * over)
        const whole: Window = { from: start, to: end }
        const single = by.length > 0
        const all = single ? undefined : await figuresOf(compiled, whole, asking, signal)
        const busy =
          single && end - start > over && !quietMatters(compiled)
            ? await busyIn(compiled, whole, asking, signal)
            : undefined
        for (let at = start; at < end; at += over) {
          const window = { from: at, to: at + over }
          const figures =
            busy?.has(at) === false ? [] : ((all ?? (await figuresOf(compiled, window, asking, signal))).get(at) ?? [])
          yield await judgeWindow(compiled, window, figures, window.to > complete, presence, signal)
        }
      }
    },
  }
}

/** Starts of the windows that hold any record the rule is about. */
const busyIn = async (
  compiled: CompiledRule,
  { from, to }: Window,
  asking: Asking,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> => {
  const buckets = await asking.store.aggregate(
    {
      ...scopeOf(compiled, asking),
      where: compiled.where(to),
      since: from,
      until: to,
      by: [],
      interval: compiled.over,
      metrics: [{ kind: 'count' }],
    },
    signal,
  )
  return new Set(buckets.flatMap(({ at, count }) => (at !== undefined && count > 0 ? [at] : [])))
}

const judgeThreshold = (
  compiled: CompiledRule,
  rule: ThresholdRule,
  figure: Figure,
  partial: boolean,
): GroupVerdict => {
  const { value } = figure
  const over = rule.above !== undefined && value !== null && value > rule.above
  const under = rule.below !== undefined && value !== null && value < rule.below && !partial
  const limit = (under ? rule.below : (rule.above ?? rule.below)) ?? null
  const few = figure.records < (rule.atLeast ?? 0) || value === null
  const sentence = explainThreshold(compiled, figure, limit)
  return {
    key: figure.key,
    group: figure.group,
    verdict: few ? 'too_few' : over || under ? 'firing' : 'ok',
    beyond: over || under,
    value,
    limit,
    records: figure.records,
    explanation: few && value !== null ? tooFew(sentence, figure.records, rule.atLeast ?? 0) : sentence,
    kql: kqlOf([rule.where, rule.share], figure.group),
  }
}

/** Firing fingerprints whose slowest run is looked up for the sentence. */
const mostExamples = 20

const judgeSlow = async (
  compiled: CompiledRule,
  rule: SlowQueryRule,
  figures: readonly Figure[],
  window: Window,
  asking: Asking,
  signal: AbortSignal,
): Promise<readonly GroupVerdict[]> => {
  const limit = compiled.slowerThan!
  const told = figures.filter(
    ({ key, group, value }) => key !== '' && value !== null && Object.values(group)[0] !== null,
  )
  let examples = 0
  const verdicts: GroupVerdict[] = []
  for (const figure of told) {
    const beyond = figure.value! >= limit
    const few = figure.records < (rule.atLeast ?? 1)
    const firing = beyond && !few
    const example = firing && examples++ < mostExamples ? await slowest(compiled, figure, window, asking, signal) : {}
    const sentence = explainSlow(compiled, figure, limit, example)
    verdicts.push({
      key: figure.key,
      group: figure.group,
      verdict: firing ? 'firing' : few ? 'too_few' : 'ok',
      beyond,
      value: figure.value,
      limit,
      records: figure.records,
      explanation: few ? tooFew(sentence, figure.records, rule.atLeast ?? 1) : sentence,
      kql: kqlOf([rule.where], figure.group),
    })
  }
  return verdicts
}

const slowest = async (
  compiled: CompiledRule,
  { group }: Figure,
  window: Window,
  asking: Asking,
  signal: AbortSignal,
): Promise<SlowExample> => {
  const digest = group['mysql.slowlog.digest']
  const found = asking.store.search(
    {
      ...scopeOf(compiled, asking),
      where: and(
        compiled.where(window.to),
        digest === undefined || digest === null ? everything : equals('mysql.slowlog.digest', digest, asking.fieldOf),
      ),
      since: window.from,
      until: window.to,
      sort: [{ field: 'event.duration', descending: true }],
      limit: 1,
      fields: ['mysql.slowlog.fingerprint', 'mysql.slowlog.schema', 'user.name'],
    },
    signal,
  )
  for await (const document of found) {
    const { mysql, user } = document as {
      mysql?: { slowlog?: { fingerprint?: string; schema?: string } }
      user?: { name?: string }
    }
    return {
      ...(mysql?.slowlog?.fingerprint === undefined ? {} : { fingerprint: mysql.slowlog.fingerprint }),
      ...(mysql?.slowlog?.schema === undefined ? {} : { schema: mysql.slowlog.schema }),
      ...(user?.name === undefined ? {} : { user: user.name }),
    }
  }
  return {}
}

const judgeAnomaly = (
  compiled: CompiledRule,
  rule: AnomalyRule,
  figures: readonly Figure[],
  history: History | undefined,
  partial: boolean,
  timezone: string,
): readonly GroupVerdict[] => {
  const isCount = rule.metric.kind === 'count'
  const now = new Map(figures.map((figure) => [figure.key, figure]))
  // Groups that were there and fell silent are judged as well.
  for (const [key, { group }] of history?.values ?? [])
    if (!now.has(key)) now.set(key, { key, group, value: isCount ? 0 : null, records: 0, more: {} })
  return [...now.values()].slice(0, mostGroups).map((figure): GroupVerdict => {
    const past = history?.values.get(figure.key)?.values
    const common = {
      key: figure.key,
      group: figure.group,
      value: figure.value,
      records: figure.records,
      kql: kqlOf([rule.where], figure.group),
    }
    if (figure.value === null)
      return { ...common, verdict: 'too_few', beyond: false, limit: null, explanation: noRecords(compiled.over) }
    if (history === undefined || past === undefined || past.length === 0)
      return { ...common, verdict: 'learning', beyond: false, limit: null, explanation: learning(compiled.over) }
    const baseline = baselineOf(past, isCount || rule.metric.kind === 'unique' ? 'count' : 'other')
    const deviation = deviationOf(figure.value, baseline, {
      direction: partial && rule.direction !== 'down' ? 'up' : (rule.direction ?? 'both'),
      sensitivity: rule.sensitivity ?? 6,
      atLeast: rule.atLeast ?? 0,
    })
    return {
      ...common,
      verdict: deviation.beyond && !(partial && rule.direction === 'down') ? 'firing' : 'ok',
      beyond: deviation.beyond,
      limit: deviation.limit,
      explanation: explainAnomaly(compiled, figure, history, baseline, deviation, timezone),
    }
  })
}
