import {
  address,
  blanks,
  constant,
  copy,
  either,
  grammar,
  int,
  ip,
  last,
  line,
  never,
  oneOf,
  oneOfWords,
  optional,
  or,
  skip,
  text,
  whole,
  word,
  wordsOf,
} from 'tailrace'
import { fromPriority, sentBy } from './header.ts'

const more = skip('rest')
const client = line`${address('source.address')} port ${int('source.port')}`
const clientOfAnyAge = line`${address('source.address')}${optional(line` port ${int('source.port')}`)}`
/** Whoever tries a name chooses it, blanks and all: what stands last in the line is the server's. */
const tried = last(or('', text('user.name')))
const reason = or('', text('system.auth.ssh.reason'))
const preauth = optional(line` [preauth]`)
const sshd = oneOfWords('process.name', ['sshd', 'sshd-session', 'sshd-auth'])

/** https://github.com/openssh/openssh-portable: auth.c, auth2.c, sshd.c. */
const login = either(
  line`${oneOfWords('system.auth.ssh.event', ['Accepted', 'Failed', 'Postponed', 'Partial'])} ${word('system.auth.ssh.method')} for ${optional(line`invalid user `)}${tried} from ${client} ssh2${optional(line`: ${text('system.auth.ssh.signature')}`)}${preauth}`,
  line`${oneOfWords('system.auth.ssh.event', ['Invalid'])} user ${tried} from ${clientOfAnyAge}`,
)

const ofLogin = {
  ...fromPriority,
  'event.action': constant('ssh_login'),
  'event.outcome': wordsOf('system.auth.ssh.event', { Accepted: 'success', Failed: 'failure', Invalid: 'failure' }),
} as const

/** What rsyslog makes of the same message over and over. */
const sshLoginRepeated = grammar({
  name: 'system.auth.login_repeated',
  line: line`${sentBy(sshd)}${whole('message', line`message repeated ${int('system.auth.repeated')} times: [ ${login}]`)}`,
  derive: ofLogin,
  samples: [
    'Oct 11 22:14:15 shop sshd[231]: message repeated 2 times: [ Failed password for root from 192.0.2.7 port 50022 ssh2]',
    '<86>1 2026-11-27T08:00:00.123456+08:00 shop sshd 231 - - message repeated 2 times: [ Invalid user admin from 192.0.2.7 port 50022]',
  ],
})
const sshLogin = grammar({
  name: 'system.auth.login',
  line: line`${sentBy(sshd)}${whole('message', login)}`,
  derive: ofLogin,
  samples: [
    'Oct 11 22:14:15 shop sshd[231]: Accepted publickey for alice from 192.0.2.7 port 50022 ssh2: ED25519 SHA256:q3Vx9B2tzk0b',
    '2026-11-27T08:00:00.123456+08:00 shop sshd-session[231]: Failed password for invalid user admin from 2001:db8::7 port 50022 ssh2',
    'Oct 11 22:14:15 shop sshd[231]: Failed none for invalid user x from 192.0.2.1 port 1 ssh2 from 192.0.2.7 port 50022 ssh2',
    'Oct 11 22:14:15 shop sshd[231]: Invalid user admin from 192.0.2.7 port 50022',
    'Oct 11 22:14:15 shop sshd[231]: Invalid user  from 192.0.2.7',
    '<86>1 2026-11-27T08:00:00.123456+08:00 shop sshd 231 - -  Invalid user admin from 192.0.2.7 port 50022',
  ],
})

const sshOther = either(
  line`${oneOfWords('event.action', ['Did not receive identification string'])} from ${whole('source.address', line`${ip('system.auth.ssh.dropped_ip')}`)}${optional(line` port ${int('source.port')}`)}`,
  line`${oneOfWords('event.action', ['Received disconnect'])} from ${either(line`${client}:`, line`${address('source.address')}: `)}${word('error.code')}: ${reason}${preauth}`,
  line`${oneOfWords('event.action', ['Connection closed by', 'Connection reset by', 'Disconnected from', 'Disconnecting'])} ${optional(line`${optional(either(line`authenticating `, line`invalid `))}user ${word('user.name')} `)}${client}${optional(line`: ${reason}`)}${preauth}`,
  line`User ${tried} from ${address('source.address')} ${oneOfWords('event.action', ['not allowed'])} because ${text('event.reason')}`,
  line`error: ${oneOfWords('event.action', ['maximum authentication attempts exceeded'])} for ${optional(line`invalid user `)}${tried} from ${client} ssh2${preauth}`,
  line`error: PAM: ${oneOfWords('event.action', ['Authentication failure'])} for ${optional(either(line`illegal user `, line`invalid user `))}${tried} from ${address('source.address')}`,
  line`${oneOfWords('event.action', ['Unable to negotiate'])} with ${client}: ${reason}${preauth}`,
  line`${oneOfWords('event.action', ['subsystem request'])} for ${skip()} by user ${text('user.name')}`,
  line`${oneOfWords('event.action', ['Starting session'])}: ${skip()} for ${word('user.name')} from ${client} id ${more}`,
  line`${optional(line`fatal: `)}${oneOfWords('event.action', ['Timeout before authentication'])} for ${either(line`connection from ${address('source.address')} to ${more}`, client)}`,
  line`${oneOfWords('event.action', ['banner exchange'])}: Connection from ${client}: ${reason}`,
  line`${oneOfWords('event.action', ['drop connection'])} #${skip('word')} from [${address('source.address')}]:${int('source.port')} on [${address('destination.address')}]:${int('destination.port')}${optional(line` ${text('event.reason')}`)}`,
  line`${oneOfWords('event.action', ['Connection from'])} ${client} on ${address('destination.address')} port ${int('destination.port')}${more}`,
)

/** https://www.sudo.ws/docs/man/sudoers.man/#LOG_FORMAT */
const sudo = line`${optional(blanks())}${word('user.name')} : ${optional(line`${never('=', text('system.auth.sudo.error'))} ; `)}${optional(line`TTY=${text('system.auth.sudo.tty')} ; `)}${optional(line`PWD=${text('system.auth.sudo.pwd')} ; `)}USER=${text('system.auth.sudo.user')} ; ${optional(line`GROUP=${text('system.auth.sudo.group')} ; `)}${optional(line`TSID=${skip()} ; `)}${optional(line`ENV=${skip()} ; `)}COMMAND=${text('system.auth.sudo.command')}`

const su = either(
  line`${optional(line`${oneOfWords('event.action', ['FAILED SU'])} `)}(to ${text('user.effective.name')}) ${word('user.name')} on ${more}`,
  line`${oneOfWords('event.action', ['Successful su', 'FAILED su'])} for ${text('user.effective.name')} by ${text('user.name')}`,
)

/** shadow: useradd, groupadd and those like them. */
const accounts = either(
  line`${oneOfWords('event.action', ['new user'])}: name=${text('user.name')}, UID=${word('user.id')}, GID=${word('group.id')}, home=${text('system.auth.useradd.home')}, shell=${text('system.auth.useradd.shell')}${optional(line`, from=${more}`)}`,
  line`${oneOfWords('event.action', ['new group'])}: name=${text('group.name')}, GID=${word('group.id')}`,
  line`${oneOfWords('event.action', ['group added'])} to ${skip()}: name=${text('group.name')}${optional(line`, GID=${word('group.id')}`)}`,
  line`${oneOfWords('event.action', ['delete user', 'change user', 'changed user', 'add'])} '${text('user.name')}'${more}`,
  line`${oneOfWords('event.action', ['removed group'])} '${text('group.name')}'${more}`,
)

const logind = either(
  line`${oneOfWords('event.action', ['New session'])} ${word('system.auth.session.id')} of user ${last(text('user.name'))}.`,
  line`${oneOfWords('event.action', ['Removed session'])} ${last(word('system.auth.session.id'))}.`,
  line`Session ${word('system.auth.session.id')} ${oneOfWords('event.action', ['logged out'])}.${more}`,
)

const whoFailed = line`logname=${skip()} uid=${skip()} euid=${skip()} tty=${skip()} ruser=${skip()} rhost=${or('', address('source.address'))}${optional(line`${blanks()}${optional(line`user=${text('user.name')}`)}`)}`
const pam = line`pam_${skip()}(${skip()}): ${either(
  line`${oneOfWords('event.action', ['session opened'])} for user ${text('user.effective.name')}${optional(line`(uid=${word('user.effective.id')})`)} by ${or('', text('user.name'))}(uid=${word('user.id')})`,
  line`${oneOfWords('event.action', ['session closed'])} for user ${text('user.name')}`,
  line`${oneOfWords('event.action', ['authentication failure', 'authentication success'])}; ${whoFailed}`,
  line`${oneOfWords('event.action', ['password changed'])} for ${text('user.name')}`,
  line`requirement ${skip()} not met by user "${text('user.name')}"${more}`,
  more,
)}`

const programs = [
  ...['sshd', 'sshd-session', 'sshd-auth', 'sudo', 'su', 'login', 'systemd-logind', 'polkitd', 'pkexec', 'runuser'],
  ...['useradd', 'userdel', 'usermod', 'groupadd', 'groupdel', 'groupmod', 'gpasswd', 'passwd', 'chpasswd', 'chage'],
  ...['chfn', 'chsh', 'newusers', 'newgrp', 'faillog', 'fail2ban', 'doas', 'vsftpd', 'gdm-password]', 'sshguard'],
]

const others = grammar({
  name: 'system.auth.others',
  line: either(
    line`${sentBy(oneOfWords('process.name', programs))}${whole('message', either(sshOther, sudo, su, accounts, logind, pam, line`PAM ${skip()} more authentication failures; ${whoFailed}`, more))}`,
    line`${sentBy(word('process.name'))}${whole('message', pam)}`,
  ),
  derive: {
    ...fromPriority,
    'source.ip': copy('system.auth.ssh.dropped_ip'),
    'user.effective.name': copy('system.auth.sudo.user'),
    'event.outcome': wordsOf('event.action', {
      'session opened': 'success',
      'authentication failure': 'failure',
      'authentication success': 'success',
      'Timeout before authentication': 'failure',
      'Authentication failure': 'failure',
      'maximum authentication attempts exceeded': 'failure',
      'not allowed': 'failure',
      'FAILED SU': 'failure',
      'FAILED su': 'failure',
      'Successful su': 'success',
      'new user': 'success',
      'new group': 'success',
      'password changed': 'success',
    }),
  },
  samples: [
    'Oct 11 22:14:15 shop sshd[231]: Did not receive identification string from 192.0.2.7 port 50022',
    'Oct 11 22:14:15 shop sshd[231]: Received disconnect from 192.0.2.7 port 50022:11: disconnected by user',
    'Oct 11 22:14:15 shop sshd[231]: Received disconnect from 2001:db8::7: 11: Bye Bye [preauth]',
    'Oct 11 22:14:15 shop sshd[231]: Connection closed by authenticating user root 192.0.2.7 port 50022 [preauth]',
    'Oct 11 22:14:15 shop sshd[231]: Connection closed by invalid user bob 192.0.2.7 port 50022 [preauth]',
    'Oct 11 22:14:15 shop sshd[231]: Disconnected from user alice 192.0.2.7 port 50022',
    'Oct 11 22:14:15 shop sshd[231]: User root from 192.0.2.7 not allowed because not listed in AllowUsers',
    'Oct 11 22:14:15 shop sshd[231]: error: maximum authentication attempts exceeded for root from 192.0.2.7 port 50022 ssh2 [preauth]',
    'Oct 11 22:14:15 shop sshd[231]: error: PAM: Authentication failure for alice from 192.0.2.7',
    'Oct 11 22:14:15 shop sshd[231]: error: PAM: Authentication failure for illegal user bob from 192.0.2.7',
    'Oct 11 22:14:15 shop sshd[231]: error: PAM: Authentication failure for invalid user bob from 192.0.2.7',
    '<86>1 2026-11-27T08:00:00.123456+08:00 shop sshd 231 - -  Server listening on 0.0.0.0 port 22.',
    '<86>1 2026-11-27T08:00:00.123456+08:00 shop CRON 231 - - pam_unix(cron:session): session closed for user root',
    'Oct 11 22:14:15 shop sshd[231]: Unable to negotiate with 192.0.2.7 port 50022: no matching host key type found. Their offer: ssh-rsa [preauth]',
    'Oct 11 22:14:15 shop sshd[231]: subsystem request for sftp by user alice',
    'Oct 11 22:14:15 shop sshd[231]: Starting session: shell on pts/0 for alice from 192.0.2.7 port 50022 id 0',
    'Oct 11 22:14:15 shop sshd[231]: fatal: Timeout before authentication for 192.0.2.7 port 50022',
    'Oct 11 22:14:15 shop sshd[231]: Timeout before authentication for connection from 192.0.2.7 to 192.0.2.1, pid = 77',
    'Oct 11 22:14:15 shop sshd[231]: banner exchange: Connection from 192.0.2.7 port 50022: invalid format',
    'Oct 11 22:14:15 shop sshd[231]: drop connection #0 from [192.0.2.7]:50022 on [192.0.2.1]:22 penalty: failed authentication',
    'Oct 11 22:14:15 shop sshd[231]: Connection from 192.0.2.7 port 50022 on 192.0.2.1 port 22 rdomain ""',
    'Oct 11 22:14:15 shop sshd[231]: Server listening on 0.0.0.0 port 22.',
    'Oct 11 22:14:15 shop sshd[231]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root',
    'Oct 11 22:14:15 shop sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/ls',
    'Oct 11 22:14:15 shop sudo[231]:    alice : user NOT in sudoers ; TTY=pts/0 ; PWD=/home/alice ; USER=root ; GROUP=adm ; TSID=000001 ; ENV=A=b ; COMMAND=/usr/bin/ls',
    'Oct 11 22:14:15 shop su[231]: (to root) alice on pts/0',
    'Oct 11 22:14:15 shop su[231]: FAILED su for root by alice',
    'Oct 11 22:14:15 shop useradd[231]: new user: name=bob, UID=1001, GID=1001, home=/home/bob, shell=/bin/bash, from=/dev/pts/1',
    'Oct 11 22:14:15 shop groupadd[231]: new group: name=bob, GID=1001',
    'Oct 11 22:14:15 shop groupadd[231]: group added to /etc/group: name=bob, GID=1001',
    "Oct 11 22:14:15 shop userdel[231]: delete user 'bob'",
    "Oct 11 22:14:15 shop userdel[231]: removed group 'bob' owned by 'bob'",
    'Oct 11 22:14:15 shop systemd-logind[231]: New session 5 of user alice.',
    'Oct 11 22:14:15 shop systemd-logind[231]: Removed session 5.',
    'Oct 11 22:14:15 shop systemd-logind[231]: Session 5 logged out. Waiting for processes to exit.',
    'Oct 11 22:14:15 shop sudo: pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)',
    'Oct 11 22:14:15 shop sudo: pam_unix(sudo:session): session closed for user root',
    'Oct 11 22:14:15 shop sshd[231]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root',
    'Oct 11 22:14:15 shop passwd[231]: pam_unix(passwd:chauthtok): password changed for alice',
    'Oct 11 22:14:15 shop sshd[231]: pam_succeed_if(sshd:auth): requirement "uid >= 1000" not met by user "root"',
    'Oct 11 22:14:15 shop sshd[231]: pam_unix(sshd:auth): check pass; user unknown',
    'Oct 11 22:14:15 shop CRON[231]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
    'Oct 11 22:14:15 shop CRON[231]: pam_unix(cron:session): session closed for user root',
    'Oct 11 22:14:15 shop vlock[231]: pam_unix(vlock:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root',
    'Oct 11 22:14:15 shop chpasswd2[231]: pam_unix(passwd:chauthtok): password changed for alice',
    'Oct 11 22:14:15 shop dovecot[231]: pam_succeed_if(sshd:auth): requirement "uid >= 1000" not met by user "root"',
    'Oct 11 22:14:15 shop dovecot[231]: pam_unix(sshd:auth): check pass; user unknown',
  ],
})

/** What programs that let people in say, and those that make accounts. */
export const authOwn = oneOf('system.auth.own', sshLogin, sshLoginRepeated, others)
