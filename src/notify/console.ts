import type { Lang } from '../event/units.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Notifier } from './notifier.ts'
import { wordsOf } from './words.ts'

export interface ConsoleOptions {
  readonly name: string
  readonly lang?: Lang
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

const words = { fired: 'alert', resolved: 'resolved', flood: 'more alerts than are told' } as const

/** A line of Tailrace's own log for each change; serious ones are errors, so that `--quiet` shows them. */
export const openConsole = ({ name, lang = 'en', log }: ConsoleOptions): Notifier => ({
  name,
  async notify(transition) {
    const { alert, kind } = transition
    const serious = alert.severity === 'P0' || alert.severity === 'P1'
    const level = kind === 'resolved' ? 'info' : serious ? 'error' : 'warn'
    log[level]({ alert: alert.id }, `${words[kind]}: ${alert.severity} ${wordsOf(transition, lang).line}`)
  },
})
