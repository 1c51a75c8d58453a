import { escapeHtml } from '../event/html.ts'
import type { Lang } from '../event/units.ts'
import { barTable } from './chart.ts'
import { notableOf, type Tone, toneOf } from './compare.ts'
import type { Digest } from './digest.ts'
import { headingOf } from './render-text.ts'
import { type Cell, type Row, type Section, sectionsOf, type Tile, tilesOf } from './section.ts'
import { printNotable, verdictOf } from './verdict.ts'
import { words } from './words.ts'

/** Everything is a table with its style in each tag: the part of HTML that mail clients agree on. */

const colours: Readonly<Record<Tone | 'quiet', string>> = {
  good: '#1a7f37',
  warn: '#9a6700',
  bad: '#b42318',
  quiet: '#57606a',
}
const ink = '#1f2328'
const rule = '1px solid #d8dee4'
const font = "-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',Helvetica,Arial,sans-serif"
const codeFont = "ui-monospace,'SF Mono',Consolas,'Liberation Mono',Menlo,monospace"

const colourOf = ({ tone }: Cell): string => (tone === undefined ? ink : colours[tone])
const tag = (name: string, style: string, inner: string, more = ''): string =>
  `<${name}${more === '' ? '' : ` ${more}`} style="${style}">${inner}</${name}>`
const table = (rows: string, style = ''): string =>
  tag(
    'table',
    `width:100%;border-collapse:collapse;${style}`,
    rows,
    'role="presentation" width="100%" cellpadding="0" cellspacing="0"',
  )

const wideLine = (line: NonNullable<Row['head']>, span: number, place: 'head' | 'below', last: boolean): string => {
  const code =
    line.code === true ? `font:12px/1.4 ${codeFont};` : place === 'below' ? 'font-size:12px;' : 'font-weight:600;'
  const edge = last ? `border-bottom:${rule};` : ''
  const padding = place === 'head' ? 'padding:8px 0 2px;' : 'padding:0 0 8px;'
  const style = `${padding}${edge}${code}color:${colourOf(line)};word-break:break-word;overflow-wrap:anywhere`
  return `<tr>${tag('td', style, escapeHtml(line.text), `colspan="${span}"`)}</tr>`
}

const figures = (cells: readonly Cell[], last: boolean): string => {
  const edge = last ? `border-bottom:${rule};` : ''
  return `<tr>${cells
    .map((cell, i) =>
      tag(
        'td',
        `padding:5px ${i === cells.length - 1 ? 0 : 10}px 5px 0;${edge}color:${colourOf(cell)};vertical-align:top;${i === 0 ? 'text-align:left;word-break:break-word;overflow-wrap:anywhere' : 'text-align:right;white-space:nowrap'}`,
        escapeHtml(cell.text),
      ),
    )
    .join('')}</tr>`
}

const sectionTable = ({ title, columns, rows, empty }: Section): string => {
  const heading = tag('h2', `margin:28px 0 6px;font-size:15px;line-height:1.3;color:${ink}`, escapeHtml(title))
  if (rows.length === 0) return `${heading}${tag('p', `margin:0;color:${colours.quiet}`, escapeHtml(empty))}`
  const labels = columns.map((label, i) =>
    tag(
      'th',
      `padding:0 ${i === columns.length - 1 ? 0 : 10}px 4px 0;border-bottom:${rule};font-size:12px;font-weight:normal;color:${colours.quiet};text-align:${i === 0 ? 'left' : 'right'};white-space:nowrap`,
      escapeHtml(label),
    ),
  )
  const body = rows.map(({ head, cells, below }) =>
    [
      ...(head === undefined ? [] : [wideLine(head, columns.length, 'head', false)]),
      figures(cells, below === undefined),
      ...(below === undefined ? [] : [wideLine(below, columns.length, 'below', true)]),
    ].join(''),
  )
  return `${heading}${table(`<tr>${labels.join('')}</tr>${body.join('')}`)}`
}

const tile = ({ label, value, note }: Tile): string =>
  tag(
    'td',
    'width:50%;padding:4px;vertical-align:top',
    tag(
      'div',
      `padding:10px 12px;border:${rule};border-radius:6px`,
      [
        tag('div', `font-size:12px;color:${colours.quiet}`, escapeHtml(label)),
        tag('div', `font-size:20px;line-height:1.3;font-weight:600;color:${colourOf(value)}`, escapeHtml(value.text)),
        tag('div', `font-size:12px;color:${colours.quiet}`, note === '' ? '&nbsp;' : escapeHtml(note)),
      ].join(''),
    ),
  )

const tiles = (digest: Digest, lang: Lang): string => {
  const [a, b, c, d] = tilesOf(digest, lang).map(tile)
  return table(`<tr>${a}${b}</tr><tr>${c}${d}</tr>`, 'margin:12px 0 0;table-layout:fixed;')
}

const notables = (digest: Digest, lang: Lang): string => {
  const found = notableOf(digest)
  if (found.length === 0) return ''
  const items = found.map((one) =>
    tag('li', 'margin:2px 0;overflow-wrap:anywhere', escapeHtml(printNotable(one, lang))),
  )
  return `${tag('h2', `margin:20px 0 4px;font-size:15px;color:${ink}`, escapeHtml(words.look[lang]))}${tag('ul', 'margin:0;padding:0 0 0 20px', items.join(''))}`
}

/** The digest as one page without scripts, images or outside parts: a mail, a file or an answer of the web server. */
export const renderHtml = (digest: Digest, lang: Lang): string => {
  const verdict = escapeHtml(verdictOf(digest, lang))
  const quiet = (text: string): string => tag('p', `margin:8px 0 0;color:${colours.quiet}`, escapeHtml(text))
  const chart =
    digest.total.now.count === 0
      ? ''
      : `${tag('h2', `margin:28px 0 6px;font-size:15px;color:${ink}`, escapeHtml(words.byHour[lang]))}${barTable(digest.hours, digest.day.timezone)}`
  const inner = [
    tag(
      'div',
      `padding:14px 16px;border-left:5px solid ${colours[toneOf(digest)]};background:#f6f8fa;font-size:18px;line-height:1.4;font-weight:600`,
      verdict,
    ),
    quiet(headingOf(digest, lang)),
    digest.behind ? tag('p', `margin:8px 0 0;color:${colours.warn}`, escapeHtml(words.behind[lang])) : '',
    tiles(digest, lang),
    notables(digest, lang),
    chart,
    ...sectionsOf(digest, lang).map(sectionTable),
    quiet(`Tailrace · ${digest.day.soFar ? words.comparedSoFar[lang] : words.compared[lang]}`),
  ].join('')
  return `<!doctype html><html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${verdict}</title></head><body style="margin:0;padding:0;background:#ffffff;color:${ink};font:14px/1.5 ${font};-webkit-text-size-adjust:100%"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="width:100%;border-collapse:collapse"><tr><td align="center" style="padding:16px 12px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="width:100%;max-width:640px;border-collapse:collapse"><tr><td style="text-align:left">${inner}</td></tr></table></td></tr></table></body></html>`
}
