import type { Alert } from '../../alert/alert.ts'
import { pageLink } from './links.ts'
import type { Asked } from './overview.ts'
import { safe } from './safe.ts'
import { words } from './words.ts'

/** A rule may fire for a hundred groups; the worst stand first. */
const most = 30

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
  const more = alerts.length - most
  return `<ul class="alerts">${alerts.slice(0, most).map(item).join('')}</ul>${more > 0 ? `<p class="none">${safe(text.more(more))}</p>` : ''}`
}
