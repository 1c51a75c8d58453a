import type { Transition } from '../alert/alert.ts'
import type { Severity } from '../alert/rule.ts'
import { escapeHtml } from '../event/html.ts'
import { printable } from '../event/printable.ts'
import type { Lang, Sentence } from '../event/units.ts'
import type { Mail } from './mail.ts'
import { printTime } from './print-time.ts'
import { wordsOf } from './words.ts'

const levels: Readonly<Record<Severity, Sentence>> = {
  P0: { en: 'fatal', zh: '致命' },
  P1: { en: 'serious', zh: '严重' },
  P2: { en: 'warning', zh: '警告' },
  P3: { en: 'notice', zh: '提醒' },
}
const labels = {
  level: { en: 'Severity', zh: '级别' },
  since: { en: 'Since', zh: '开始' },
  until: { en: 'Until', zh: '结束' },
  what: { en: 'What', zh: '情况' },
  group: { en: 'About', zh: '对象' },
  rule: { en: 'Rule', zh: '规则' },
  see: { en: 'See the records', zh: '查看记录' },
} as const satisfies Record<string, Sentence>

const quoteShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The command that shows the records a verdict rests on. */
const commandOf = ({ evidence }: Transition['alert']): string =>
  [
    'tailrace search',
    ...(evidence.kql === '' ? [] : [quoteShell(printable(evidence.kql))]),
    ...evidence.datasets.flatMap((dataset) => ['--dataset', dataset]),
    '--since',
    new Date(evidence.from).toISOString(),
    '--until',
    new Date(evidence.to).toISOString(),
  ].join(' ')

export interface MessageOptions {
  readonly lang: Lang
  readonly timezone: string
}

/** A change as a mail: text and HTML with the same facts. */
export const messageOf = (transition: Transition, { lang, timezone }: MessageOptions): Mail => {
  const { alert, kind } = transition
  const { subject } = wordsOf(transition, lang)
  const group = Object.entries(alert.group).map(
    ([field, value]) => `${field}: ${value === null ? '—' : printable(String(value))}`,
  )
  const facts: readonly (readonly [Sentence, string])[] = [
    [labels.level, `${alert.severity} (${levels[alert.severity][lang]})`],
    [labels.what, printable(alert.explanation[lang])],
    ...(group.length === 0 ? [] : [[labels.group, group.join(', ')] as const]),
    [labels.since, printTime(alert.since, timezone, lang)],
    ...(alert.until === undefined ? [] : [[labels.until, printTime(alert.until, timezone, lang)] as const]),
    [labels.rule, alert.rule],
    ...(kind === 'flood' ? [] : [[labels.see, commandOf(alert)] as const]),
  ]
  const colour =
    kind === 'resolved' ? '#1a7f37' : alert.severity === 'P2' || alert.severity === 'P3' ? '#9a6700' : '#b42318'
  const rows = facts.map(
    ([label, value]) =>
      `<tr><td style="padding:4px 12px 4px 0;color:#57606a;vertical-align:top;white-space:nowrap">${escapeHtml(label[lang])}</td><td style="padding:4px 0;word-break:break-word">${escapeHtml(value)}</td></tr>`,
  )
  return {
    id: transition.id,
    thread: `${alert.id}@${new Date(alert.since).toISOString()}`,
    date: transition.at,
    subject,
    text: `${subject}\n\n${facts.map(([label, value]) => `${label[lang]}: ${value}`).join('\n')}\n`,
    html: `<!doctype html><html lang="${lang}"><body style="margin:0;padding:16px;font:14px/1.5 sans-serif;color:#1f2328"><table role="presentation" cellpadding="0" cellspacing="0" style="max-width:720px"><tr><td colspan="2" style="padding:8px 12px;border-left:4px solid ${colour};font-size:16px;font-weight:bold">${escapeHtml(subject)}</td></tr>${rows.join('')}</table></body></html>`,
  }
}
