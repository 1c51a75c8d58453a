import type { Transition } from '../alert/alert.ts'
import { printable } from '../event/printable.ts'
import { type Lang, printDuration, type Sentence } from '../event/units.ts'

const kinds: Readonly<Record<Transition['kind'], Sentence>> = {
  fired: { en: 'Alert', zh: '告警' },
  resolved: { en: 'Resolved', zh: '已恢复' },
  flood: { en: 'Many alerts', zh: '告警过多' },
}
/** A change in a few words, printable. */
export const wordsOf = (
  { kind, alert }: Transition,
  lang: Lang,
): { readonly subject: string; readonly line: string } => {
  const explanation = printable(alert.explanation[lang])
  const title = printable(alert.title[lang])
  const lasted =
    kind === 'resolved' && alert.until !== undefined
      ? {
          en: ` after ${printDuration(alert.until - alert.since)}`,
          zh: `，持续 ${printDuration(alert.until - alert.since, 'zh')}`,
        }[lang]
      : ''
  return {
    subject: `[${alert.severity}] ${kinds[kind][lang]}${lang === 'zh' ? '：' : ': '}${title}${lasted}`,
    line: `${title}${lasted}${lang === 'zh' ? '。' : '. '}${explanation}`,
  }
}
