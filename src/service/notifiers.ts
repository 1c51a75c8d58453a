import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Transition } from '../alert/alert.ts'
import type { OpenJournal } from '../durable/journal.ts'
import type { EmailNotifier } from '../notify/email.ts'
import type { MailRoute } from '../notify/mail.ts'
import type { Notifier } from '../notify/notifier.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Config } from './load.ts'
import { storeId } from './open-store.ts'

/** The ways people are told in, as the configuration names them. */
export interface Notifiers {
  /** Whom rules tell, by name. */
  readonly deliver: ReadonlyMap<string, (transition: Transition, signal: AbortSignal) => Promise<void>>
  /** Those of them that send mail. */
  readonly mail: ReadonlyMap<string, EmailNotifier>
  /** Gives mails at most `ms` to go out. Resolves with a sentence for each way where some still wait. */
  drain(ms: number): Promise<readonly string[]>
  close(): Promise<void>
}

/** Of a service that shares its state with others. */
export interface Keeping {
  /** Opens the journal of that name, wherever it is kept. */
  readonly journal: (name: string) => OpenJournal
  /** Asked before anybody is told: whether this is the instance that tells. */
  readonly mayTell: () => boolean
}

/** Opens one notifier that sends mail; its outbox is `data/state/outbox/<name>`, unless it is kept elsewhere. */
export const openMail = async (
  config: Config,
  name: string,
  log: Pick<Logger, 'warn'>,
  counted?: (result: string) => void,
  keeping?: Keeping,
): Promise<EmailNotifier> => {
  const settings = config.notify[name]
  if (settings?.kind !== 'email') throw new Error(`notifier '${name}' sends no mail`)
  const { openEmail } = await import('../notify/email.ts')
  return openEmail({
    name,
    url: String(settings.url),
    ...routeOf(config, name)!,
    lang: settings.lang ?? 'en',
    timezone: config.timezone,
    directory: join(config.state, 'outbox', name),
    ...(keeping === undefined ? {} : { journal: keeping.journal(`outbox:${name}`), mayTell: keeping.mayTell }),
    clock: Date.now,
    report: (text) => log.warn({ notifier: name }, text),
    ...(counted === undefined ? {} : { counted }),
  })
}

/** Part of a mail's id: who takes over sends under the same one. */
const originOf = (config: Config): string =>
  config.store.kind === 'duckdb' ? `${hostname()}:${config.data}` : `${storeId(config.store)}:${config.namespace}`

/** Where a mail to `name` comes from and goes to, without opening its outbox. */
export const routeOf = (config: Config, name: string | undefined): MailRoute | undefined => {
  const settings = name === undefined ? undefined : config.notify[name]
  return settings?.kind === 'email'
    ? { from: String(settings.from), to: String(settings.to), origin: originOf(config) }
    : undefined
}

const waitingSentence = ({ name, outbox }: EmailNotifier): string =>
  `${outbox.waiting} ${outbox.waiting === 1 ? 'mail waits' : 'mails wait'} in the outbox of '${name}' and ${outbox.waiting === 1 ? 'goes' : 'go'} out with the next start${outbox.trouble === undefined ? '' : `: ${outbox.trouble}`}`

export const openNotifiers = async (
  config: Config,
  log: Logger,
  metrics: Metrics,
  keeping?: Keeping,
): Promise<Notifiers> => {
  const all: Notifier[] = []
  const mail = new Map<string, EmailNotifier>()
  for (const [name, settings] of Object.entries(config.notify)) {
    const count = (result: string): void => metrics.notifications.inc({ notifier: name, result })
    if (settings.kind === 'email') {
      const opened = await openMail(config, name, log, count, keeping)
      mail.set(name, opened)
      all.push(opened)
      continue
    }
    const { openConsole } = await import('../notify/console.ts')
    const { notify } = openConsole({ name, log, ...(settings.lang === undefined ? {} : { lang: settings.lang }) })
    all.push({ name, notify: (transition, signal) => notify(transition, signal).then(() => count('sent')) })
  }
  return {
    deliver: new Map(all.map((one) => [one.name, (transition, signal) => one.notify(transition, signal)])),
    mail,
    async drain(ms) {
      const ways = [...mail.values()]
      await Promise.all(ways.map(({ outbox }) => outbox.drain(ms)))
      return ways.filter(({ outbox }) => outbox.waiting > 0).map(waitingSentence)
    },
    async close() {
      for (const one of all) await one.close?.()
    },
  }
}
