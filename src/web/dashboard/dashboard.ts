import type { Alert } from '../../alert/alert.ts'
import { printNumber, printValue } from '../../event/units.ts'
import { htmlDocument } from '../html-document.ts'
import { alertItems } from './alert-items.ts'
import { chart } from './chart.ts'
import { createClock } from './clock.ts'
import { pageLink } from './links.ts'
import type { Overview } from './overview.ts'
import { refresh } from './refresh.ts'
import { safe } from './safe.ts'
import { searchForm } from './search-form.ts'
import { tablesOf } from './tables.ts'
import { verdictOf } from './verdict.ts'
import { words } from './words.ts'

const mostEnded = 8

/** A section that a refresh replaces where it stands. */
const section = (id: string, title: string, inside: string, wide = false): string =>
  `<section id="${id}"${wide ? ' class="wide"' : ''} data-live aria-labelledby="${id}-title"><h2 id="${id}-title">${safe(title)}</h2>${inside}</section>`

/** The whole page at `/`. `visitor`: who may go out again. */
export const dashboard = (overview: Overview, nonce: string, visitor?: string): string => {
  const { asked, answers, alerts, files, troubles, ledger, now } = overview
  const { lang } = asked
  const text = words[lang]
  const clock = createClock(overview.timezone, now)
  const verdict = verdictOf(overview, text)
  const time = (ms: number): string =>
    `<time datetime="${new Date(ms).toISOString()}" title="${clock.full(ms)}">${clock.brief(ms)}</time>`
  const open = alerts.filter(({ state }) => state === 'firing')
  const ended = alerts.filter(({ state }) => state === 'resolved').slice(0, mostEnded)
  const silence =
    answers === undefined
      ? `<p class="problem" role="status">${safe(text.silence)} ${safe(overview.silence ?? '…')}</p>`
      : ''

  const header = `<header><h1><a href="${pageLink(asked, { kql: '', range: '1h' })}">Tailrace</a></h1>
<nav aria-label="Tailrace"><a href="/digest${asked.fixedLang ? `?lang=${lang}` : ''}">${safe(text.digest)}</a><a href="/metrics">${safe(text.metrics)}</a>
<a href="${pageLink(asked, { lang: lang === 'en' ? 'zh' : 'en' })}" lang="${lang === 'en' ? 'zh-CN' : 'en'}">${lang === 'en' ? '中文' : 'English'}</a>${visitor === undefined ? '' : `<form method="post" action="/logout"><span>${safe(visitor)}</span> <button>${safe(text.logout)}</button></form>`}</nav></header>`
  const state = `<div id="state" data-live>${overview.demo ? `<p class="demo">${safe(text.demo)}</p>` : ''}<p class="verdict ${verdict.kind}" role="status"><span aria-hidden="true">${verdict.kind === 'good' ? '✓' : verdict.kind === 'warn' ? '!' : '✕'}</span>${safe(verdict.text)}</p></div>`
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
  const tables = tablesOf(asked, answers, files, time)
  const account = ledger
    .map(({ store, read, stored, deadLettered, inFlight, lost }) => {
      const told = text.account(
        printNumber(read),
        printNumber(stored),
        printNumber(deadLettered),
        printNumber(inFlight),
      )
      const gone = lost === 0 ? '' : ` <b class="bad">${safe(text.lost(printValue('bytes', lost)))}</b>`
      return `<p>${ledger.length === 1 ? '' : `<b>${safe(store)}</b> `}${safe(told)}${gone}</p>`
    })
    .join('')

  return htmlDocument({
    lang,
    nonce,
    title: `Tailrace: ${verdict.text.slice(0, 120)}`,
    head: '<noscript><meta http-equiv="refresh" content="15"></noscript>',
    script: refresh(text.pause, text.resume),
    body: `${header}<main>${state}${searchForm(asked)}${troubleList}
${section('events', text.events, silence + (answers === undefined ? '' : chart(overview, answers, clock, text)), true)}
${section('alerts', text.openAlerts, alertList(open, overview.elsewhere === undefined ? text.noAlerts : text.elsewhere(overview.elsewhere)) + (ended.length === 0 ? '' : `<h3>${safe(text.ended)}</h3>${alertList(ended, '')}`))}
${section('datasets', text.datasets, tables.datasets)}
${section('slow', text.slow, tables.slow)}
${section('files', text.files, tables.files)}
${section('latest', text.latest, tables.events, true)}
</main><footer id="foot" data-live>${account}<p>${safe(text.shown(clock.full(now), overview.timezone))} · ${safe(text.namespace)} <b>${safe(overview.namespace)}</b></p></footer><p class="control"><span id="live" hidden>${safe(text.live)} <button id="pause" type="button" aria-pressed="false">${safe(text.pause)}</button></span></p>`,
  })
}
