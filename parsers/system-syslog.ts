import { type Infer, indented, oneOf } from 'tailrace'
import { syslogAll, syslogOwn } from './system/syslog.ts'

/**
 * Syslog, as RFC 3164 and RFC 5424 send it and as syslog daemons write it into files, cron's jobs among it. Indented
 * lines (macOS writes some) belong to the line before.
 */
export const systemSyslog = oneOf(
  {
    name: 'system.syslog',
    title: 'Syslog, with cron',
    url: 'https://www.rfc-editor.org/rfc/rfc5424',
    framing: indented(),
    toldBy: syslogOwn,
    moreGeneralThan: [
      'python.log',
      'haproxy.log',
      'node.winston',
      'system.auth',
      'postfix.log',
      'postgresql.log',
      'mysql.error',
    ],
  },
  syslogAll,
)
export type SystemSyslog = Infer<typeof systemSyslog>
