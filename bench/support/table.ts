import { type Figure, figures, type Goal, type Row } from './benchmark.ts'

const digits: Readonly<Record<Figure, number>> = {
  linesPerCpuSecond: 0,
  mibPerCpuSecond: 1,
  cpuSeconds: 2,
  seconds: 2,
  peakMb: 0,
  percent: 2,
  ratio: 2,
  ofGoal: 2,
  failing: 2,
}
const shown = (figure: Figure, value: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits[figure], maximumFractionDigits: digits[figure] })

/** `MiB/CPU-s ≥ 80`. */
export const goalText = ({ figure, atLeast, atMost }: Goal): string =>
  `${figures[figure]} ${atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast.toLocaleString('en')}`}`

/** A row a subject, a column a figure that any of them has. */
export const table = (rows: readonly Row[]): string => {
  const used = (Object.keys(figures) as Figure[]).filter((figure) => rows.some((row) => row[figure] !== undefined))
  const lines = [
    ['', ...used.map((figure) => figures[figure]), 'goal'],
    ...rows.map((row) => [
      row.subject,
      ...used.map((figure) => (row[figure] === undefined ? '' : shown(figure, row[figure]))),
      row.goals.map((goal) => `${goalText(goal)} ${goal.reached ? 'reached' : 'MISSED'}`).join('; '),
    ]),
  ]
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  const aligned = (text: string, i: number): string =>
    i === 0 || i > used.length ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)
  return lines.map((line) => `  ${line.map(aligned).join('  ').trimEnd()}`).join('\n')
}
