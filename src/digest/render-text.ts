import { padText, textWidth } from '../event/text-width.ts'
import type { Lang } from '../event/units.ts'
import { printDay } from '../notify/print-time.ts'
import { sparkline } from './chart.ts'
import { notableOf } from './compare.ts'
import type { Digest } from './digest.ts'
import { type Section, sectionsOf } from './section.ts'
import { printNotable, verdictOf } from './verdict.ts'
import { words } from './words.ts'

const tableOf = ({ columns, rows, empty }: Section): readonly string[] => {
  if (rows.length === 0) return [`  ${empty}`]
  const widths = columns.map((column, i) =>
    rows.reduce((most, { cells }) => Math.max(most, textWidth(cells[i]?.text ?? '')), textWidth(column)),
  )
  const line = (texts: readonly string[]): string =>
    `  ${texts
      .map((text, i) => padText(text, widths[i]!, i > 0))
      .join('  ')
      .trimEnd()}`
  return [
    line(columns),
    ...rows.flatMap(({ head, cells, below }) => [
      ...(head === undefined ? [] : [`  ${head.text}`]),
      line(cells.map(({ text }) => text)),
      ...(below === undefined ? [] : [`    ${below.text}`]),
    ]),
  ]
}

/** When and what: `Sunday 22 November 2026, Asia/Shanghai`. */
export const headingOf = ({ day, madeAt }: Digest, lang: Lang): string => {
  const date = printDay(Temporal.PlainDate.from(day.date), lang)
  if (!day.soFar) return `${date} · ${day.timezone}`
  const time = Temporal.Instant.fromEpochMilliseconds(madeAt)
    .toZonedDateTimeISO(day.timezone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })
  return `${date} ${words.soFar[lang]} (${time}) · ${day.timezone}`
}

/** The digest as plain text; its first line is the verdict. */
export const renderText = (digest: Digest, lang: Lang): string => {
  const notable = notableOf(digest)
  const lines = [
    verdictOf(digest, lang),
    headingOf(digest, lang),
    ...(digest.behind ? ['', words.behind[lang]] : []),
    ...(notable.length === 0 ? [] : ['', words.look[lang], ...notable.map((one) => `  - ${printNotable(one, lang)}`)]),
    ...(digest.total.now.count === 0 ? [] : ['', words.byHour[lang], `  |${sparkline(digest.hours)}|`]),
    ...sectionsOf(digest, lang).flatMap((section) => ['', section.title, ...tableOf(section)]),
    '',
    `(${digest.day.soFar ? words.comparedSoFar[lang] : words.compared[lang]})`,
  ]
  return `${lines.join('\n')}\n`
}
