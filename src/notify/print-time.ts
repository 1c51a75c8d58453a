import { format } from 'date-fns/format'
import { enGB } from 'date-fns/locale/en-GB'
import { zhCN } from 'date-fns/locale/zh-CN'
import type { Lang } from '../event/units.ts'

/** `Monday 23 November 2026`, `2026年11月23日 星期一`. */
export const printDay = (
  { year, month, day }: Pick<Temporal.PlainDate, 'year' | 'month' | 'day'>,
  lang: Lang,
): string =>
  // Noon of the machine's own zone, the only one `format` knows: the same day in each.
  format(new Date(year, month - 1, day, 12), lang === 'zh' ? 'yyyy年M月d日 EEEE' : 'EEEE d MMMM yyyy', {
    locale: lang === 'zh' ? zhCN : enGB,
  })

/** Day and time as people of `timezone` write them, with the offset. */
export const printTime = (ms: number, timezone: string, lang: Lang): string => {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone)
  return `${printDay(zoned, lang)} ${zoned.toPlainTime().toString({ smallestUnit: 'second' })} (UTC${zoned.offset})`
}
