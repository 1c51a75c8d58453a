import { escapeHtml } from '../event/html.ts'
import type { Lang } from '../event/units.ts'
import { css } from './style.ts'

export interface HtmlDocument {
  readonly lang: Lang
  /** Of the answer's Content-Security-Policy. */
  readonly nonce: string
  /** Plain text. */
  readonly title: string
  /** HTML. */
  readonly head?: string
  readonly body: string
  readonly script?: string
}

/** A whole page: everything it needs is in it, but the picture in its tab. */
export const htmlDocument = ({ lang, nonce, title, head = '', body, script }: HtmlDocument): string =>
  `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" type="image/svg+xml" href="/favicon.svg"><title>${escapeHtml(title)}</title>
${head}<style nonce="${nonce}">${css}</style></head>
<body>${body}${script === undefined ? '' : `<script nonce="${nonce}">${script}</script>`}</body></html>
`

export const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5a6b"/><path d="M5 11c4-4 7-4 11 0s7 4 11 0M5 17c4-4 7-4 11 0s7 4 11 0M5 23c4-4 7-4 11 0s7 4 11 0" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>'
