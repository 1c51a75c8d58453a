import type { Alert } from '../../alert/alert.ts'
import { printDuration, printNumber, printShare, printValue } from '../../event/units.ts'
import { htmlDocument } from '../html-document.ts'
import { alertItems } from './alert-items.ts'
import { chart } from './chart.ts'
import { createClock } from './clock.ts'
import { narrowed, pageLink } from './links.ts'
import {
  type DatasetRow,
  type EventRow,
  type FileRow,
  type Overview,
  type RangeName,
  ranges,
  type SlowRow,
} from './overview.ts'
import { refresh } from './refresh.ts'
import { safe } from './safe.ts'
import { table } from './table.ts'
import { verdictOf } from './verdict.ts'
import { words } from './words.ts'

const mostEnded = 8
const mostFiles = 50

const levelKind = ({ level, levelField }: EventRow): string => {
  if (levelField === 'http.response.status_code') return level >= '500' ? 'bad' : level >= '400' ? 'warn' : 'calm'
  if (/^(err|crit|fatal|alert|emerg|panic|severe)/i.test(level)) return 'bad'
  return /^warn/i.test(level) ? 'warn' : 'calm'
}

/** A section that a refresh replaces where it stands. */
const section = (id: string, title: string, inside: string, wide = false): string =>
  `<section id="${id}"${wide ? ' class="wide"' : ''} data-live aria-labelledby="${id}-title"><h2 id="${id}-title">${safe(title)}</h2>${inside}</section>`

/** The whole page at `/`. */
export const dashboard = (overview: Overview, nonce: string): string => {
  const { asked, answers, alerts, files, troubles, ledger, now } = overview
  const { lang } = asked
  const text = words[lang]
  const clock = createClock(overview.timezone, now)
  const verdict = verdictOf(overview, text)
  const time = (ms: number): string =>
    `<time datetime="${new Date(ms).toISOString()}" title="${clock.full(ms)}">${clock.brief(ms)}</time>`
  const narrow = (field: string, value: string, kind = ''): string =>
    `<a${kind === '' ? '' : ` class="${kind}"`} href="${pageLink(asked, { kql: narrowed(asked, field, value) })}">${safe(value)}</a>`
  const open = alerts.filter(({ state }) => state === 'firing')
  const ended = alerts.filter(({ state }) => state === 'resolved').slice(0, mostEnded)
  const silence =
    answers === undefined
      ? `<p class="problem" role="status">${safe(text.silence)} ${safe(overview.silence ?? '…')}</p>`
      : ''

  const rangeLink = (name: RangeName): string =>
    `<a href="${pageLink(asked, { range: name })}"${asked.range === name ? ' aria-current="true"' : ''}>${safe(text[name])}</a>`
  const header = `<header><h1><a href="${pageLink(asked, { kql: '', range: '1h' })}">Tailrace</a></h1>
<nav aria-label="Tailrace"><a href="/digest${asked.fixedLang ? `?lang=${lang}` : ''}">${safe(text.digest)}</a><a href="/metrics">${safe(text.metrics)}</a>
<a href="${pageLink(asked, { lang: lang === 'en' ? 'zh' : 'en' })}" lang="${lang === 'en' ? 'zh-CN' : 'en'}">${lang === 'en' ? '中文' : 'English'}</a></nav></header>`
  const state = `<div id="state" data-live>${overview.demo ? `<p class="demo">${safe(text.demo)}</p>` : ''}<p class="verdict ${verdict.kind}" role="status"><span aria-hidden="true">${verdict.kind === 'good' ? '✓' : verdict.kind === 'warn' ? '!' : '✕'}</span>${safe(verdict.text)}</p></div>`
  const form = `<form method="get" action="/" role="search">${asked.range === '1h' ? '' : `<input type="hidden" name="range" value="${asked.range}">`}${asked.fixedLang ? `<input type="hidden" name="lang" value="${lang}">` : ''}
<label for="q">${safe(text.search)}</label><input id="q" name="q" type="search" value="${safe(asked.kql)}" maxlength="2000" spellcheck="false" autocapitalize="off" autocomplete="off" placeholder="http.response.status_code &gt;= 500"${asked.problem === undefined ? '' : ' aria-invalid="true" aria-describedby="q-problem"'}><button>${safe(text.find)}</button>${asked.kql === '' ? '' : `<a href="${pageLink(asked, { kql: '' })}">${safe(text.clear)}</a>`}
${asked.problem === undefined ? '' : `<div id="q-problem" class="problem" role="alert"><p>${safe(text.problem)}</p><pre>${asked.problem.split('\n').map(safe).join('\n')}</pre></div>`}</form>
<nav class="ranges" aria-label="${safe(text.range)}">${(Object.keys(ranges) as RangeName[]).map(rangeLink).join('')}</nav>`

  const troubleList =
    troubles.length === 0
      ? ''
      : section(
          'troubles',
          text.troubles,
          `<ul>${troubles.map((one) => `<li>${safe(one.text)}</li>`).join('')}</ul>`,
          true,
        )
  const alertList = (shown: readonly Alert[], none: string): string =>
    shown.length === 0 ? `<p class="none">${safe(none)}</p>` : alertItems(shown, asked, time)
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
  const fileTable = table<FileRow>(
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
    files.slice(0, mostFiles),
    text.noFiles,
  )
  const account = `<p>${safe(text.account(...([ledger.read, ledger.stored, ledger.deadLettered, ledger.inFlight].map(printNumber) as [string, string, string, string])))}${ledger.lost === 0 ? '' : ` <b class="bad">${safe(text.lost(printValue('bytes', ledger.lost)))}</b>`}</p>`

  return htmlDocument({
    lang,
    nonce,
    title: `Tailrace: ${verdict.text.slice(0, 120)}`,
    head: '<noscript><meta http-equiv="refresh" content="15"></noscript>',
    script: refresh(text.pause, text.resume),
    body: `${header}<main>${state}${form}${troubleList}
${section('events', text.events, silence + (answers === undefined ? '' : chart(overview, answers, clock, text)), true)}
${section('alerts', text.openAlerts, alertList(open, text.noAlerts) + (ended.length === 0 ? '' : `<h3>${safe(text.ended)}</h3>${alertList(ended, '')}`))}
${section('datasets', text.datasets, datasets)}
${section('slow', text.slow, slow)}
${section('files', text.files, fileTable)}
${section('latest', text.latest, events, true)}
</main><footer id="foot" data-live>${account}<p>${safe(text.shown(clock.full(now), overview.timezone))} · ${safe(text.namespace)} <b>${safe(overview.namespace)}</b></p></footer><p class="control"><span id="live" hidden>${safe(text.live)} <button id="pause" type="button" aria-pressed="false">${safe(text.pause)}</button></span></p>`,
  })
}
