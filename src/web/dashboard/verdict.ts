import { printDuration, printValue } from '../../event/units.ts'
import type { Overview } from './overview.ts'
import type { Words } from './words.ts'

export interface Verdict {
  readonly kind: 'good' | 'warn' | 'bad'
  /** Plain text. */
  readonly text: string
}

/** Seconds a file may be behind before it is worth a word. */
const late = 30

/** Whether all is well, in a sentence. */
export const verdictOf = ({ troubles, alerts, ledger, files, asked, elsewhere }: Overview, text: Words): Verdict => {
  const blocking = troubles.find(({ blocks }) => blocks)
  if (blocking !== undefined) return { kind: 'bad', text: `${text.troubled} ${blocking.text}` }
  const open = alerts.filter(({ state }) => state === 'firing').sort((a, b) => (a.severity < b.severity ? -1 : 1))
  const worst = open[0]
  if (worst !== undefined)
    return {
      kind: worst.severity < 'P2' ? 'bad' : 'warn',
      text: `${text.alarmed(open.length)} ${worst.title[asked.lang]} (${worst.severity})`,
    }
  if (ledger.some(({ balanced }) => !balanced)) return { kind: 'bad', text: text.unbalanced }
  if (troubles.some(({ kind }) => kind === 'store')) return { kind: 'warn', text: text.waiting }
  const trouble = troubles[0]
  if (trouble !== undefined) return { kind: 'warn', text: `${text.troubled} ${trouble.text}` }
  const behind = files.reduce((most, { lagSeconds }) => Math.max(most, lagSeconds), 0)
  const bytes = files.reduce((sum, { lagBytes }) => sum + lagBytes, 0)
  if (behind > late)
    return { kind: 'warn', text: text.behind(printDuration(behind * 1000, asked.lang), printValue('bytes', bytes)) }
  return {
    kind: 'good',
    text: files.length === 0 ? text.wellNothing : elsewhere === undefined ? text.wellAll : text.wellElsewhere,
  }
}
