import { escapeHtml } from '../../event/html.ts'
import { printable } from '../../event/printable.ts'

const most = 1000

/** Text from a log, or made of it, for HTML: what acts in a terminal or a browser is shown instead. */
export const safe = (text: string): string =>
  escapeHtml(printable(text.length > most ? `${text.slice(0, most)}…` : text, { lines: true }))
