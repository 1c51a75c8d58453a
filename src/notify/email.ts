import type { Lang } from '../event/units.ts'
import { type Mail, type MailRoute, mailOptions } from './mail.ts'
import { messageOf } from './message.ts'
import type { Notifier } from './notifier.ts'
import { type Outbox, type OutboxOptions, openOutbox } from './outbox.ts'

export interface EmailOptions extends MailRoute, Omit<OutboxOptions, 'send'> {
  readonly name: string
  /** `smtp://user:password@host:587` or `smtps://…`; `?name=` and other options as nodemailer reads them. */
  readonly url: string
  readonly lang?: Lang
  /** Zone of times in messages. */
  readonly timezone: string
  /** Asked before each mail; while it says no, mails wait. */
  readonly mayTell?: () => boolean
}

/** Also the way of every other mail to the same people: the digest. */
export interface EmailNotifier extends Notifier {
  readonly outbox: Outbox
  readonly route: MailRoute
  close(): Promise<void>
}

const seconds = 1000

/** Sends one mail over a connection of its own: an idle one would be closed by the server between two alerts. */
const createSend =
  ({ url, report, mayTell, ...route }: Pick<EmailOptions, 'url' | 'report' | 'mayTell' | keyof MailRoute>) =>
  async (mail: Mail, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    if (mayTell?.() === false) throw new Error('another instance sends mail now')
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      url,
      dnsTimeout: 20 * seconds,
      connectionTimeout: 20 * seconds,
      greetingTimeout: 20 * seconds,
      socketTimeout: 60 * seconds,
    })
    const aborted = Promise.withResolvers<never>()
    const abort = (): void => aborted.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      const { rejected } = await Promise.race([transport.sendMail(mailOptions(mail, route)), aborted.promise])
      if (rejected !== undefined && rejected.length > 0)
        report(`the mail server refused some receivers of '${mail.subject}': ${rejected.map(String).join(', ')}`)
    } finally {
      signal.removeEventListener('abort', abort)
      transport.close()
    }
  }

/**
 * Mail through an SMTP server. A change is taken once it is in the outbox; it goes out as soon as the server takes it.
 * A crash between the server's answer and our note of it may repeat that one mail, under the same Message-ID.
 */
export const openEmail = async (options: EmailOptions): Promise<EmailNotifier> => {
  const { name, from, to, origin, lang = 'en', timezone } = options
  const outbox = await openOutbox({ ...options, send: createSend(options) })
  return {
    name,
    outbox,
    route: { from, to, ...(origin === undefined ? {} : { origin }) },
    notify: (transition) => outbox.add(messageOf(transition, { lang, timezone })),
    close: () => outbox.close(),
  }
}
