import { printNumber } from '../event/units.ts'
import type { HourVolume } from './digest.ts'

const height = 56
const blocks = ' ▁▂▃▄▅▆▇█'

/** A bar an hour as text. */
export const sparkline = (hours: readonly HourVolume[]): string => {
  const most = Math.max(...hours.map(({ count }) => count), 1)
  return hours.map(({ count }) => blocks[count === 0 ? 0 : Math.max(1, Math.round((count / most) * 8))]).join('')
}

const clockOf = (at: number, timezone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timezone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })

const bar = (pixels: number, colour: string): string =>
  pixels === 0 ? '' : `<div style="height:${pixels}px;line-height:0;font-size:0;background:${colour}">&nbsp;</div>`

/** A bar an hour, errors at its foot, as a table: mail clients draw neither SVG nor CSS of any size. */
export const barTable = (hours: readonly HourVolume[], timezone: string): string => {
  const most = Math.max(...hours.map(({ count }) => count), 1)
  const pixels = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * height)))
  const bars = hours.map(({ at, count, errors }) => {
    const wrong = errors === 0 ? 0 : Math.max(2, pixels(errors))
    const title = `${clockOf(at, timezone)} · ${printNumber(count)} · ${printNumber(errors)}`
    return `<td title="${title}" valign="bottom" height="${height}" style="height:${height}px;padding:0 1px;vertical-align:bottom">${bar(Math.max(0, pixels(count) - wrong), '#4c78a8')}${bar(wrong, '#d1242f')}</td>`
  })
  const every = 6
  const labels = hours.flatMap(({ at }, i) =>
    i % every === 0
      ? [
          `<td colspan="${Math.min(every, hours.length - i)}" style="padding:2px 1px 0;font-size:11px;color:#57606a;border-top:1px solid #d8dee4">${clockOf(at, timezone)}</td>`,
        ]
      : [],
  )
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="width:100%;table-layout:fixed;border-collapse:collapse"><tr>${bars.join('')}</tr><tr>${labels.join('')}</tr></table>`
}
