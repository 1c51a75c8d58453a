import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { printDuration, printNumber, printShare, printValue, type Sentence } from '../event/units.ts'
import { labelOf, type Metric } from '../store/aggregate.ts'
import type { Baseline, Deviation } from './anomaly/baseline.ts'
import type { History } from './anomaly/history.ts'
import type { CompiledRule } from './compile.ts'
import type { Figure } from './figure.ts'
import { type Group, printGroup } from './group.ts'
import type { AnomalyRule, SlowQueryRule, ThresholdRule } from './rule.ts'

/** Sentences with the numbers a verdict rests on, safe to show anywhere: hostile text in them is made printable. */

const spans = (over: number): Sentence => ({ en: printDuration(over), zh: printDuration(over, 'zh') })
const fieldOf = (metric: Metric): string | undefined =>
  metric.kind === 'count' || metric.kind === 'unique' ? undefined : metric.field

const withGroup = (sentence: Sentence, group: Group): Sentence => {
  const shown = printGroup(group)
  return shown === '' ? sentence : { en: `${shown}: ${sentence.en}`, zh: `${shown}：${sentence.zh}` }
}

export const noRecords = (over: number): Sentence => ({
  en: `No records in ${spans(over).en}`,
  zh: `${spans(over).zh}内没有记录`,
})

export const tooFew = (sentence: Sentence, records: number, atLeast: number): Sentence => ({
  en: `${sentence.en}; ${printNumber(records)} records are fewer than the ${printNumber(atLeast)} it takes to judge`,
  zh: `${sentence.zh}；${printNumber(records)} 条记录少于判断所需的 ${printNumber(atLeast)} 条`,
})

export const explainThreshold = ({ rule: any, over }: CompiledRule, figure: Figure, limit: number | null): Sentence => {
  const rule = any as ThresholdRule
  if (figure.value === null) return withGroup(noRecords(over), figure.group)
  const { en, zh } = spans(over)
  if (rule.share !== undefined) {
    const query = shorten(printable(rule.share), 120)
    const share = printShare(figure.value)
    const most = limit === null ? '' : printShare(limit)
    return withGroup(
      {
        en: `${share} of ${printNumber(figure.records)} records in ${en} match ${query}; the limit is ${most}`,
        zh: `${zh}内 ${printNumber(figure.records)} 条记录中有 ${share} 符合 ${query}；限值为 ${most}`,
      },
      figure.group,
    )
  }
  const metric = rule.metric ?? { kind: 'count' }
  const field = fieldOf(metric)
  const most = { en: printValue(field, limit ?? 0), zh: printValue(field, limit ?? 0, 'zh') }
  if (metric.kind === 'count')
    return withGroup(
      {
        en: `${printNumber(figure.value)} records in ${en}; the limit is ${most.en}`,
        zh: `${zh}内有 ${printNumber(figure.value)} 条记录；限值为 ${most.zh}`,
      },
      figure.group,
    )
  return withGroup(
    {
      en: `${labelOf(metric)} is ${printValue(field, figure.value)} over ${en} (${printNumber(figure.records)} records); the limit is ${most.en}`,
      zh: `${zh}内 ${labelOf(metric)} 为 ${printValue(field, figure.value, 'zh')}（${printNumber(figure.records)} 条记录）；限值为 ${most.zh}`,
    },
    figure.group,
  )
}

/** What the slowest run of a fingerprint tells beside the figures. */
export interface SlowExample {
  readonly fingerprint?: string
  readonly user?: string
  readonly schema?: string
}

export const explainSlow = (
  { rule: any, over }: CompiledRule,
  figure: Figure,
  limit: number,
  { fingerprint, user, schema }: SlowExample,
): Sentence => {
  const rule = any as SlowQueryRule
  const { en, zh } = spans(over)
  const time = (label: string, lang: 'en' | 'zh'): string =>
    printDuration((label === 'mean' ? (figure.value ?? 0) : (figure.more[label] ?? 0)) / 1_000_000, lang)
  const statement = fingerprint === undefined ? rule.name : shorten(printable(fingerprint.replace(/\s+/g, ' ')), 300)
  const who = [user, schema].map((text) => (text === undefined ? '—' : shorten(printable(text), 64)))
  const runs = printNumber(figure.records)
  return {
    en: `${runs} ${figure.records === 1 ? 'run' : 'runs'} in ${en} took ${time('mean', 'en')} on average (limit ${printDuration(limit / 1_000_000)}), ${time('sum(event.duration)', 'en')} in all, 95 % within ${time('p95(event.duration)', 'en')}, the longest ${time('max(event.duration)', 'en')} by user ${who[0]} in schema ${who[1]}: ${statement}`,
    zh: `${zh}内执行 ${runs} 次，平均 ${time('mean', 'zh')}（限值 ${printDuration(limit / 1_000_000, 'zh')}），总计 ${time('sum(event.duration)', 'zh')}，95% 在 ${time('p95(event.duration)', 'zh')} 以内，最长 ${time('max(event.duration)', 'zh')}，用户 ${who[0]}，库 ${who[1]}：${statement}`,
  }
}

const clockOf = (ms: number, timezone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone).toPlainTime().toString().slice(0, 5)

export const explainAnomaly = (
  { rule: any, over }: CompiledRule,
  figure: Figure,
  history: History,
  baseline: Baseline,
  deviation: Deviation,
  timezone: string,
): Sentence => {
  const { metric } = any as AnomalyRule
  const field = fieldOf(metric)
  const { en, zh } = spans(over)
  const print = (value: number, lang: 'en' | 'zh'): string => printValue(field, value, lang)
  const value = figure.value ?? 0
  const what: Sentence =
    metric.kind === 'count'
      ? { en: `${print(value, 'en')} records in ${en}`, zh: `${zh}内有 ${print(value, 'zh')} 条记录` }
      : {
          en: `${labelOf(metric)} is ${print(value, 'en')} over ${en}`,
          zh: `${zh}内 ${labelOf(metric)} 为 ${print(value, 'zh')}`,
        }
  const at = clockOf(history.hour, timezone)
  const usual: Sentence =
    history.kind === 'same_hour'
      ? {
          en: `usual for ${at} is ${print(baseline.median, 'en')} (median of ${history.size} days, typical spread ${print(baseline.spread, 'en')})`,
          zh: `${at} 时段通常为 ${print(baseline.median, 'zh')}（${history.size} 天的中位数，通常波动 ${print(baseline.spread, 'zh')}）`,
        }
      : {
          en: `usual in the ${printDuration(history.size * over)} before is ${print(baseline.median, 'en')} (median of ${history.size} windows, typical spread ${print(baseline.spread, 'en')})`,
          zh: `此前 ${printDuration(history.size * over, 'zh')}内通常为 ${print(baseline.median, 'zh')}（${history.size} 个时间窗的中位数，通常波动 ${print(baseline.spread, 'zh')}）`,
        }
  const far = printNumber(Math.abs(deviation.score))
  const side: Sentence =
    deviation.score >= 0
      ? { en: `${far} spreads above`, zh: `高出 ${far} 倍波动` }
      : { en: `${far} spreads below`, zh: `低了 ${far} 倍波动` }
  return withGroup(
    { en: `${what.en}; ${usual.en}; ${side.en}`, zh: `${what.zh}；${usual.zh}；${side.zh}` },
    figure.group,
  )
}

export const learning = (over: number): Sentence => ({
  en: `Not enough history yet to tell what is usual: it takes 12 windows of ${printDuration(over)}`,
  zh: `历史数据不足：至少需要 12 个 ${printDuration(over, 'zh')}的时间窗`,
})
