import { join } from 'node:path'
import { type Access, createAccess } from '../access/access.ts'
import { type Audit, createAudit } from '../access/audit.ts'
import { openSessions, type Sessions } from '../access/sessions.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Config } from './load.ts'
import type { WebConfig } from './load-web.ts'

export interface OpenAccess {
  /** Undefined where nobody need say who he is. */
  readonly access: Access | undefined
  readonly audit: Audit
  close(): Promise<void>
}

/** Who may come in, as configured; sessions are kept in `data/state/sessions`. */
export const openAccess = async (
  { state }: Pick<Config, 'state'>,
  { tokens, users }: WebConfig,
  log: Logger,
  metrics: Metrics,
): Promise<OpenAccess> => {
  const audit = createAudit(log, (event) => metrics.audits.inc({ event }))
  if (Object.keys(tokens).length + Object.keys(users).length === 0)
    return { access: undefined, audit, close: () => Promise.resolve() }
  const report = (text: string): void => log.warn(text)
  const sessions: Sessions = await openSessions({ directory: join(state, 'sessions'), report }).catch(
    (error: unknown) => {
      report(`sessions are not kept over a restart: ${String(error)}`)
      return openSessions({ report })
    },
  )
  return { access: createAccess({ tokens, users, sessions, audit }), audit, close: () => sessions.close() }
}
