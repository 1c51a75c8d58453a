import { type Infer, indented, oneOf } from 'tailrace'
import { postfixOwn } from './postfix/lines.ts'
import { syslogAll } from './system/syslog.ts'

/** Postfix, in files of a syslog daemon or of its own; what others say of mail there is read as syslog. */
export const postfixLog = oneOf(
  {
    name: 'postfix.log',
    title: 'Postfix',
    url: 'https://www.postfix.org/OVERVIEW.html',
    framing: indented(),
    toldBy: postfixOwn,
  },
  postfixOwn,
  syslogAll,
)
export type PostfixLog = Infer<typeof postfixLog>
