import { escapeHtml } from '../../event/html.ts'
import { pageLink } from './links.ts'
import { type Asked, type RangeName, ranges } from './overview.ts'
import { safe } from './safe.ts'
import { words } from './words.ts'

/** Where a query is typed, what is wrong with it, and the ranges to choose from. */
export const searchForm = (asked: Asked): string => {
  const { lang } = asked
  const text = words[lang]
  const rangeLink = (name: RangeName): string =>
    `<a href="${pageLink(asked, { range: name })}"${asked.range === name ? ' aria-current="true"' : ''}>${safe(text[name])}</a>`
  return `<form method="get" action="/" role="search">${asked.range === '1h' ? '' : `<input type="hidden" name="range" value="${asked.range}">`}${asked.fixedLang ? `<input type="hidden" name="lang" value="${lang}">` : ''}
<label for="q">${safe(text.search)}</label><input id="q" name="q" type="search" value="${escapeHtml(asked.kql)}" maxlength="2000" spellcheck="false" autocapitalize="off" autocomplete="off" placeholder="http.response.status_code &gt;= 500"${asked.problem === undefined ? '' : ' aria-invalid="true" aria-describedby="q-problem"'}><button>${safe(text.find)}</button>${asked.kql === '' ? '' : `<a href="${pageLink(asked, { kql: '' })}">${safe(text.clear)}</a>`}
${asked.problem === undefined ? '' : `<div id="q-problem" class="problem" role="alert"><p>${safe(text.problem)}</p><pre>${asked.problem.split('\n').map(safe).join('\n')}</pre></div>`}</form>
<nav class="ranges" aria-label="${safe(text.range)}">${(Object.keys(ranges) as RangeName[]).map(rangeLink).join('')}</nav>`
}
