import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { type Lang, printBytes, printDuration, printNumber, printShare } from '../event/units.ts'
import { accountOf, changeOf, countsOf, type Notable, shareOf } from './compare.ts'
import type { Compared, Digest } from './digest.ts'
import { words } from './words.ts'

const compact = {
  en: new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 }),
  zh: new Intl.NumberFormat('zh-CN', { notation: 'compact', maximumSignificantDigits: 3 }),
} as const

/** `1.23M`, `123万`. */
const printCompact = (value: number, lang: Lang): string => compact[lang].format(value)

const times = 3

/** `+12%`, `−40%`, `×5`, `new`; empty where there is nothing to say. */
export const printChange = (compared: Compared<number>, lang: Lang): string => {
  const change = changeOf(compared)
  if (change === undefined) return compared.now === 0 ? '' : words.fresh[lang]
  if (change >= times) return `×${printNumber(Math.round((change + 1) * 10) / 10)}`
  const percent = Math.round(change * 100)
  return percent === 0 ? '±0%' : `${percent > 0 ? '+' : '−'}${Math.abs(percent)}%`
}

const plural = (count: number, one: string, many: string): string => `${printNumber(count)} ${count === 1 ? one : many}`

const volumeOf = ({ total, day }: Digest, lang: Lang): string => {
  const compared = countsOf(total)
  if (compared.now === 0)
    return { en: `nothing came in${day.soFar ? ' yet' : ''}`, zh: day.soFar ? '尚无数据' : '没有数据' }[lang]
  const change = changeOf(compared) === undefined ? '' : printChange(compared, lang)
  const count = printCompact(compared.now, lang)
  return {
    en: `${count} ${compared.now === 1 ? 'event' : 'events'}${change === '' ? '' : ` (${change})`}`,
    zh: `${count} 条事件${change === '' ? '' : `（${change}）`}`,
  }[lang]
}

const alertsOf = ({ alerts }: Digest, lang: Lang): string => {
  const open = alerts.filter(({ state }) => state === 'firing').length
  if (alerts.length === 0) return { en: 'no alert', zh: '没有告警' }[lang]
  return {
    en: `${plural(alerts.length, 'alert', 'alerts')}${open === 0 ? '' : ` (${printNumber(open)} still open)`}`,
    zh: `${printNumber(alerts.length)} 条告警${open === 0 ? '' : `（${printNumber(open)} 条未恢复）`}`,
  }[lang]
}

const failuresOf = ({ requests }: Digest, lang: Lang): readonly string[] => {
  const share = shareOf(requests.now)
  if (share === undefined) return []
  if (share === 0) return [{ en: 'no request failed', zh: '没有请求失败' }[lang]]
  return [{ en: `${printShare(share)} of requests failed`, zh: `${printShare(share)} 的请求失败` }[lang]]
}

const ledgerOf = ({ ledger }: Digest, lang: Lang): readonly string[] => {
  if (ledger.length === 0) return []
  const { unbalanced, deadLettered, lost } = accountOf(ledger)
  const told = [
    unbalanced.length > 0
      ? { en: 'THE LEDGER DOES NOT BALANCE', zh: '账目不平衡' }
      : { en: 'the ledger balances', zh: '账目平衡' },
    ...(deadLettered === 0
      ? []
      : [{ en: plural(deadLettered, 'dead letter', 'dead letters'), zh: `${printNumber(deadLettered)} 条死信` }]),
    ...(lost === 0 ? [] : [{ en: `${printBytes(lost)} lost`, zh: `丢失 ${printBytes(lost)}` }]),
  ]
  return told.map((sentence) => sentence[lang])
}

/** The day in one sentence: `1.2M events (+12%), 3 alerts, 0.4% of requests failed, the ledger balances`. */
export const verdictOf = (digest: Digest, lang: Lang): string => {
  const parts = [volumeOf(digest, lang), alertsOf(digest, lang), ...failuresOf(digest, lang), ...ledgerOf(digest, lang)]
  const sentence = parts.join(lang === 'zh' ? '，' : ', ')
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}`
}

/** One thing worth a look, as a sentence. */
export const printNotable = (one: Notable, lang: Lang): string => {
  switch (one.kind) {
    case 'silent': {
      const dataset = printable(one.dataset)
      const before = printNumber(one.before)
      return {
        en: `${dataset} fell silent: ${before} events the day before, none now`,
        zh: `${dataset} 没有数据：前一天有 ${before} 条`,
      }[lang]
    }
    case 'errors': {
      const dataset = printable(one.dataset)
      const [now, before] = [printNumber(one.errors.now), printNumber(one.errors.before)]
      return {
        en: `${dataset} has ${now} errors, ${before} the day before`,
        zh: `${dataset} 有 ${now} 条错误，前一天 ${before} 条`,
      }[lang]
    }
    case 'failing': {
      const template = shorten(printable(one.template), 120)
      const before = one.before === undefined ? undefined : printShare(one.before)
      return {
        en: `${template} fails ${printShare(one.now)} of the time${before === undefined ? '' : `, ${before} the day before`}`,
        zh: `${template} 的失败率为 ${printShare(one.now)}${before === undefined ? '' : `，前一天 ${before}`}`,
      }[lang]
    }
    case 'new_statement': {
      const statement = shorten(printable(one.fingerprint.replace(/\s+/g, ' ')), 120)
      const total = printDuration(one.total * 1000, lang)
      return {
        en: `A slow statement that was not there the day before: ${statement} (${plural(one.count, 'run', 'runs')}, ${total})`,
        zh: `前一天没有的慢查询：${statement}（${printNumber(one.count)} 次，共 ${total}）`,
      }[lang]
    }
  }
}
