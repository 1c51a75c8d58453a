import { createHash } from 'node:crypto'
import type { SendMailOptions } from 'nodemailer'
import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'

/** A mail before it is put on the wire. Plain JSON. */
export interface Mail {
  /** The same mail has the same id, also after a restart: its Message-ID comes from it. */
  readonly id: string
  /** Mails of one thread are shown together. */
  readonly thread?: string
  /** Milliseconds since 1970. */
  readonly date: number
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface MailRoute {
  readonly from: string
  /** Addresses, separated by commas. */
  readonly to: string
  /** Tells installations apart: two that mail the same change must not look like one mail sent twice. */
  readonly origin?: string
}

const longestSubject = 200

export const mailOptions = (mail: Mail, { from, to, origin = '' }: MailRoute): SendMailOptions => {
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost'
  const idOf = (text: string): string =>
    `<${createHash('sha256').update(`${origin}\n${text}`).digest('hex').slice(0, 32)}@${domain}>`
  return {
    from,
    to,
    // Line breaks and other controls in a subject would begin a header of their own.
    subject: shorten(printable(mail.subject), longestSubject),
    text: mail.text,
    html: mail.html,
    date: new Date(mail.date),
    messageId: idOf(mail.id),
    ...(mail.thread === undefined ? {} : { references: [idOf(mail.thread)], inReplyTo: idOf(mail.thread) }),
    // Out-of-office answers stay away (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** The message as bytes: an `.eml` file. */
export const composeMail = async (mail: Mail, route: MailRoute): Promise<Buffer> => {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  return new MailComposer(mailOptions(mail, route)).compile().build()
}
