import type { Mail, MailRoute } from '../../notify/mail.ts'
import type { Outbox } from '../../notify/outbox.ts'
import { type Answer, OperationError } from '../control.ts'
import type { DigestAsked, Digests } from '../digests.ts'

export interface DigestOperationAsked extends DigestAsked {
  readonly format?: 'text' | 'html' | 'eml'
  /** Mails it, also where that day's was mailed before. */
  readonly send?: boolean
}

/** The way a digest is mailed. */
export interface DigestRoute {
  readonly route: MailRoute
  /** Opened for one mail, or the running service's own. */
  open(): Promise<{ readonly outbox: Pick<Outbox, 'add' | 'drain' | 'trouble'>; close(): Promise<void> }>
}

/** How long a person waits for a mail to go out. */
const longestWait = 20_000

const send = async (mail: Mail, { route, open }: DigestRoute): Promise<string> => {
  const { outbox, close } = await open()
  try {
    await outbox.add(mail)
    if (await outbox.drain(longestWait)) return `sent to ${route.to}`
    throw new OperationError(
      3,
      `the mail waits in the outbox until a running service reaches the mail server: ${outbox.trouble ?? 'it takes long to answer'}`,
    )
  } finally {
    await close()
  }
}

/** `way`: undefined where the configuration names none. Yields `body`, then `sent` where it was. */
export const digestOperation = (digests: Digests, way: DigestRoute | undefined) =>
  async function* (_: unknown, asked: DigestOperationAsked, signal: AbortSignal): Answer {
    const { format = 'text' } = asked
    if (asked.send === true && way === undefined)
      throw new OperationError(2, 'no mail is configured: set TAILRACE_SMTP_URL and TAILRACE_MAIL_TO, or `notify`')
    const mail = await digests.mail(asked, signal, (date) => `digest:${date}:asked:${Date.now()}`)
    yield { body: format === 'eml' ? await emlOf(mail, way?.route) : mail[format] }
    if (asked.send === true && way !== undefined) yield { sent: await send(mail, way) }
  }

const emlOf = async (mail: Mail, route: MailRoute = { from: 'tailrace@localhost', to: '' }): Promise<string> => {
  const { composeMail } = await import('../../notify/mail.ts')
  return (await composeMail(mail, route)).toString('utf8')
}
