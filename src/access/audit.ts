import type { Logger } from '../telemetry/log.ts'
import { createRate } from './rate.ts'

/** What is written down of who comes in. A closed list: it is a label of the metrics. */
export type AuditEvent = 'login' | 'logout' | 'wrong' | 'limited' | 'forbidden'

export interface AuditEntry {
  readonly event: AuditEvent
  /** A name of the configuration; undefined where somebody gave another, which may be a password in the wrong field. */
  readonly user?: string
  readonly address: string
  readonly about?: string
}

export type Audit = (entry: AuditEntry) => void

const sentences: Readonly<Record<AuditEvent, (user: string) => string>> = {
  login: (user) => `${user} came in`,
  logout: (user) => `${user} went out`,
  wrong: (user) => `${user} was refused: wrong password or token`,
  limited: (user) => `${user} was refused: too many wrong ones`,
  forbidden: (user) => `${user} was refused: his role may not do this`,
}

/** Lines at once, then a second; those beyond are counted, and told with the next. */
const pace = { perSecond: 1, burst: 100 }

export const createAudit = (
  log: Pick<Logger, 'info' | 'warn'>,
  count: (event: AuditEvent) => void,
  clock: () => number = Date.now,
): Audit => {
  const rate = createRate({ ...pace, clock })
  let untold = 0
  return ({ event, user, address, about }) => {
    count(event)
    if (!rate.take('')) {
      untold++
      return
    }
    const more = untold === 0 ? {} : { untold }
    untold = 0
    const fields = {
      audit: event,
      ...(user === undefined ? {} : { user }),
      address,
      ...(about === undefined ? {} : { about }),
      ...more,
    }
    const sentence = sentences[event](user ?? 'somebody')
    if (event === 'login' || event === 'logout') log.info(fields, sentence)
    else log.warn(fields, sentence)
  }
}
