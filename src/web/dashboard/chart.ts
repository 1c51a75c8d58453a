import { printNumber } from '../../event/units.ts'
import type { Clock } from './clock.ts'
import { type Answers, type Overview, ranges, type Slot } from './overview.ts'
import { safe } from './safe.ts'
import type { Words } from './words.ts'

/** Datasets that have a colour of their own; the rest share one. */
const mostSeries = 6
const height = 100
const width = 10

/** What the axis ends at: the least round number that is not below `most`, with a round half. */
const roundUp = (most: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(2, most)))
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((end) => end >= Math.max(2, most))!
}

interface Series {
  readonly name: string
  readonly of: (slot: Slot) => number
}

const seriesOf = (datasets: readonly string[], { others }: Words): readonly Series[] => {
  const own = datasets.slice(0, mostSeries)
  const rest = datasets.slice(mostSeries)
  return [
    ...own.map((name) => ({ name, of: ({ counts }: Slot) => counts.get(name) ?? 0 })),
    ...(rest.length === 0
      ? []
      : [{ name: others, of: ({ counts }: Slot) => rest.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) }]),
  ]
}

const part = (from: number, size: number, end: number, slot: number, kind: string): string => {
  if (size === 0) return ''
  const top = height - ((from + size) / end) * height
  return `<rect class="${kind}" x="${slot * width + 0.6}" y="${top.toFixed(2)}" width="${width - 1.2}" height="${((size / end) * height).toFixed(2)}"/>`
}

const bars = (
  slots: readonly Slot[],
  series: readonly Series[],
  end: number,
  label: (slot: Slot) => string,
  kind: (i: number) => string,
): string =>
  slots
    .map((slot, at) => {
      let from = 0
      const parts = series.map(({ of }, i) => {
        const size = of(slot)
        from += size
        return part(from - size, size, end, at, kind(i))
      })
      return `<g><title>${safe(label(slot))}</title><rect class="slot" x="${at * width}" y="0" width="${width}" height="${height}"/>${parts.join('')}</g>`
    })
    .join('')

const picture = (slots: readonly Slot[], end: number, label: string, inside: string, size: string): string =>
  `<div class="plot ${size}"><div class="y" aria-hidden="true"><span>${printNumber(end)}</span><span>${printNumber(end / 2)}</span><span>0</span></div>
<svg viewBox="0 0 ${slots.length * width} ${height}" preserveAspectRatio="none" role="img" aria-label="${safe(label)}"><path class="grid" d="M0 0H${slots.length * width}M0 ${height / 2}H${slots.length * width}M0 ${height}H${slots.length * width}"/>${inside}</svg></div>`

/** Events over time, stacked by dataset, and below them the errors. */
export const chart = ({ asked }: Overview, { slots, datasets }: Answers, clock: Clock, text: Words): string => {
  const names = datasets.map(({ name }) => name)
  const series = seriesOf(names, text)
  const totals = slots.map((slot) => series.reduce((sum, { of }) => sum + of(slot), 0))
  const total = totals.reduce((sum, one) => sum + one, 0)
  const errors = slots.reduce((sum, slot) => sum + slot.errors, 0)
  const days = asked.range !== '1h'
  const label = (slot: Slot): string =>
    [
      clock.axis(slot.at, days),
      ...series.flatMap(({ name, of }) => (of(slot) === 0 ? [] : [`${name} ${printNumber(of(slot))}`])),
      ...(slot.errors === 0 ? [] : [`${text.errors} ${printNumber(slot.errors)}`]),
    ].join(' · ')
  const { span } = ranges[asked.range]
  const first = slots[0]!.at
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => `<span>${clock.axis(first + share * span, days)}</span>`)
  const legend = series.map(({ name }, i) => `<li><i class="key c${i}"></i>${safe(name)}</li>`)
  const summary = `${text.events} ${text.perSlot[asked.range]}, ${text[asked.range]}: ${printNumber(total)}`
  const rows = slots.map(
    (slot, i) =>
      `<tr><th scope="row">${clock.axis(slot.at, days)}</th><td class="n">${printNumber(totals[i]!)}</td><td class="n">${printNumber(slot.errors)}</td></tr>`,
  )
  return `<p class="sub">${safe(summary)}</p><ul class="legend">${legend.join('')}</ul>
${picture(
  slots,
  roundUp(Math.max(...totals)),
  summary,
  bars(slots, series, roundUp(Math.max(...totals)), label, (i) => `c${i}`),
  'tall',
)}
<p class="sub">${safe(`${text.errorsOf}: ${printNumber(errors)}`)}</p>
${picture(
  slots,
  roundUp(Math.max(...slots.map((slot) => slot.errors))),
  `${text.errors}: ${printNumber(errors)}`,
  bars(
    slots,
    [{ name: text.errors, of: (slot) => slot.errors }],
    roundUp(Math.max(...slots.map((slot) => slot.errors))),
    label,
    () => 'bad',
  ),
  'low',
)}
<div class="x" aria-hidden="true">${marks.join('')}</div>
<details id="figures"><summary>${safe(text.figures)}</summary><div class="scroll"><table><thead><tr><th scope="col">${safe(text.time)}</th><th scope="col" class="n">${safe(text.all)}</th><th scope="col" class="n">${safe(text.errors)}</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`
}
