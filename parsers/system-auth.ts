import { type Infer, indented, oneOf } from 'tailrace'
import { authOwn } from './system/auth.ts'
import { syslogAll } from './system/syslog.ts'

/** Who came in, as whom, and who did not: sshd, sudo, su, PAM, logind and shadow, in files of a syslog daemon. */
export const systemAuth = oneOf(
  {
    name: 'system.auth',
    title: 'Logins: sshd, sudo, su, PAM, accounts',
    url: 'https://man.openbsd.org/sshd',
    framing: indented(),
    toldBy: authOwn,
  },
  authOwn,
  syslogAll,
)
export type SystemAuth = Infer<typeof systemAuth>
