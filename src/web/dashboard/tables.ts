import { printDuration, printNumber, printShare, printValue } from '../../event/units.ts'
import { narrowed, pageLink } from './links.ts'
import type { Answers, Asked, DatasetRow, EventRow, FileRow, SlowRow } from './overview.ts'
import { safe } from './safe.ts'
import { table } from './table.ts'
import { words } from './words.ts'

const mostFiles = 50

const levelKind = ({ level, levelField }: EventRow): string => {
  if (levelField === 'http.response.status_code') return level >= '500' ? 'bad' : level >= '400' ? 'warn' : 'calm'
  if (/^(err|crit|fatal|alert|emerg|panic|severe)/i.test(level)) return 'bad'
  return /^warn/i.test(level) ? 'warn' : 'calm'
}

export interface Tables {
  readonly datasets: string
  readonly events: string
  readonly slow: string
  readonly files: string
}

/** The page's tables as HTML. Values lead to the same page, narrowed to them. `time` gives HTML. */
export const tablesOf = (
  asked: Asked,
  answers: Answers | undefined,
  shownFiles: readonly FileRow[],
  time: (ms: number) => string,
): Tables => {
  const { lang } = asked
  const text = words[lang]
  const narrow = (field: string, value: string, kind = ''): string =>
    `<a${kind === '' ? '' : ` class="${kind}"`} href="${pageLink(asked, { kql: narrowed(asked, field, value) })}">${safe(value)}</a>`
  const datasets = table<DatasetRow>(
    text.datasets,
    [
      { name: text.dataset, cell: ({ name }) => narrow('event.dataset', name), head: true },
      { name: text.count, cell: ({ count }) => printNumber(count), numeric: true },
      { name: text.rate, cell: ({ rate }) => printNumber(rate), numeric: true },
      {
        name: text.errors,
        cell: ({ errors }) => (errors === 0 ? '0' : `<b class="bad">${printNumber(errors)}</b>`),
        numeric: true,
      },
      {
        name: text.share,
        cell: ({ errors, count }) => (count === 0 ? '' : printShare(errors / count)),
        numeric: true,
        minor: true,
      },
    ],
    answers?.datasets ?? [],
    text.none,
  )
  const events = table<EventRow>(
    text.latest,
    [
      { name: text.time, cell: ({ at }) => time(at) },
      { name: text.dataset, cell: ({ dataset }) => narrow('event.dataset', dataset), minor: true },
      {
        name: text.level,
        cell: (row) => (row.levelField === undefined ? '' : narrow(row.levelField, row.level, `tag ${levelKind(row)}`)),
      },
      { name: text.text, cell: (row) => `<div class="text">${safe(row.text)}</div>` },
    ],
    answers?.events ?? [],
    text.none,
  )
  const slow = table<SlowRow>(
    text.slow,
    [
      { name: text.statement, cell: ({ fingerprint }) => `<code class="text">${safe(fingerprint)}</code>`, head: true },
      { name: text.runs, cell: ({ count }) => printNumber(count), numeric: true },
      { name: text.total, cell: ({ total }) => printDuration(total * 1000, lang), numeric: true },
      { name: text.mean, cell: ({ mean }) => printDuration(mean * 1000, lang), numeric: true, minor: true },
      { name: text.longest, cell: ({ max }) => printDuration(max * 1000, lang), numeric: true, minor: true },
    ],
    answers?.slow ?? [],
    text.none,
  )
  const files = table<FileRow>(
    text.files,
    [
      { name: text.file, cell: ({ path }) => `<span class="path">${safe(path)}</span>`, head: true },
      {
        name: text.state,
        cell: (row) =>
          `<span${row.state === 'unreadable' ? ' class="tag bad"' : ''}>${safe(text.states[row.state] ?? row.state)}</span>`,
      },
      { name: text.size, cell: ({ size }) => printValue('bytes', size), numeric: true, minor: true },
      {
        name: text.lag,
        cell: ({ lagBytes, lagSeconds }) =>
          lagBytes === 0 ? '0' : `${printValue('bytes', lagBytes)}, ${printDuration(lagSeconds * 1000, lang)}`,
        numeric: true,
      },
    ],
    shownFiles.slice(0, mostFiles),
    text.noFiles,
  )
  return { datasets, events, slow, files }
}
