import type { Alert } from '../../alert/alert.ts'
import { pageLink } from './links.ts'
import type { Asked } from './overview.ts'
import { safe } from './safe.ts'
import { words } from './words.ts'

/** Alerts, each with since when, why, and the way to the records it rests on. `time` gives HTML. */
export const alertItems = (alerts: readonly Alert[], asked: Asked, time: (ms: number) => string): string => {
  const text = words[asked.lang]
  const item = ({ severity, title, since, until, state, explanation, evidence }: Alert): string => {
    const kind = severity < 'P2' ? 'bad' : 'warn'
    const span = `${safe(text.since)} ${time(since)}${until === undefined ? '' : `, ${safe(text.until)} ${time(until)}`}`
    const records =
      evidence.kql === '' ? '' : ` · <a href="${pageLink(asked, { kql: evidence.kql })}">${safe(text.records)}</a>`
    const why = state === 'firing' ? `<p>${safe(explanation[asked.lang])}</p>` : ''
    return `<li><b class="tag ${kind}">${severity}</b><div><b>${safe(title[asked.lang])}</b> <span class="sub">${span}${records}</span>${why}</div></li>`
  }
  return `<ul class="alerts">${alerts.map(item).join('')}</ul>`
}
