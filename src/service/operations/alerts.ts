import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Alert } from '../../alert/alert.ts'
import type { SharedDocuments } from '../../store/shared.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import type { Config } from '../load.ts'
import { sharedJournals } from '../sharing.ts'

export interface AlertsAsked {
  /** Resolved ones too. */
  readonly all?: boolean
}

/** A line of `tailrace alerts list`. */
const alertLine = ({ id, rule, severity, state, since, until, title, explanation }: Alert) => ({
  id,
  rule,
  severity,
  state,
  since: new Date(since).toISOString(),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  title: title.en,
  summary: explanation.en,
})

/** Open alerts first, then with `all` the ended ones, newest first. */
export const listAlerts = (alerts: () => readonly Alert[]) =>
  async function* (_: Pick<Context, 'config'>, asked: AlertsAsked): Answer {
    for (const alert of alerts()) if (asked.all === true || alert.state === 'firing') yield alertLine(alert)
  }

/** Of a service that judges no rule: an empty list would be taken for peace. */
export const refuseToList = (why: () => string) =>
  // biome-ignore lint/correctness/useYield: it has nothing to give
  async function* (): Answer {
    throw new OperationError(2, why())
  }

export const alertDirectory = (config: Config): string => join(config.state, 'alerts')

/** What the last service knew; for commands when none runs. */
export const readAlerts = async (
  config: Config,
  shared: SharedDocuments | undefined,
  signal: AbortSignal,
): Promise<readonly Alert[]> => {
  const directory = alertDirectory(config)
  if (shared === undefined && !existsSync(directory)) return []
  const open = shared === undefined ? undefined : sharedJournals(shared, config.namespace, '', signal, true)('alerts')
  const { openAlertBook } = await import('../../alert/book.ts')
  const report = (text: string): void => void process.stderr.write(`tailrace: ${text}\n`)
  const book = await openAlertBook(directory, report, { readOnly: true, open })
  try {
    return book.alerts()
  } finally {
    await book.close()
  }
}
