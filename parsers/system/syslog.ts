import {
  closed,
  either,
  grammar,
  int,
  line,
  never,
  oneOf,
  optional,
  or,
  rest,
  skip,
  structuredData,
  text,
  whole,
  word,
} from 'tailrace'
import { cronSaid } from './cron.ts'
import { fromBusybox, fromPriority, ofBusybox, priority, said, stamp, when } from './header.ts'

const derive = fromPriority
/** RFC 5424 marks UTF-8 by a byte order mark, which is no part of what is said. */
const message = line`${optional(line`\ufeff`)}${rest('message')}`

/** A name, a number, and what was said. */
const plainTag = either(
  line`${word('process.name')}[${int('process.pid')}]: ${said}`,
  line`${word('process.name')}: ${said}`,
)
const tag = either(cronSaid, plainTag)
/** What launchd of macOS says of a service, which may run; what is said may hold `): ` as well. */
const label = never('): ', text('system.syslog.service'))
const service = line`${word('process.name')}[${int('process.pid')}] (${either(line`${label}[${int('system.syslog.service_pid')}]): `, line`${label}): `)}${said}`
/** Names with blanks in them are macOS's as well. */
const blankName = line`${whole('process.name', line`${skip('word')} ${skip()}`)}[${int('process.pid')}]: ${said}`
const host = word('host.hostname')

const data = structuredData('log.syslog.structured_data')
const asSent = text('system.syslog.structured_data')
/** Structured data, `-` for none, and the message. */
const behind = either(
  line`- ${message}`,
  line`-`,
  line`${data} ${message}`,
  line`${data}`,
  line`[${asSent}] ${message}`,
  line`[${closed(']', asSent)}`,
)

const rfc5424 = grammar({
  name: 'system.syslog.rfc5424',
  line: line`<${priority}>${word('log.syslog.version')} ${either(line`- `, line`${stamp} `)}${or('-', word('host.hostname'))} ${or('-', word('process.name'))} ${either(line`${int('process.pid')} `, line`${or('-', word('log.syslog.procid'))} `)}${or('-', word('log.syslog.msgid'))} ${behind}`,
  derive,
  samples: [
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An application event log entry',
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com lpd 231 - - printer 'lp' failed for lonvick on /dev/lp8",
    '<13>1 - - - a-b - -',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 7 ID47 [exampleSDID@32473 iut="3"][b@32473 c="d \\"e\\""]',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 7 ID47 [twice@32473 a="1" b="2" a="3"] said',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 7 ID47 [torn@32473 a="1]',
  ],
})

/** As sent (RFC 3164, with the times that programs of today put there) and, without a priority, as it lies in files. */
const rfc3164 = grammar({
  name: 'system.syslog.rfc3164',
  line: either(
    // Where no tag follows the time, its first word is the host: names with blanks come behind one.
    line`<${priority}>${when} ${either(tag, service, line`${host} ${either(tag, service, blankName, message)}`)}`,
    line`${when} ${or('', host)} ${either(tag, service, blankName, whole('message', either(line`last message repeated ${skip('rest')}`, line`-- MARK --`)))}`,
  ),
  derive,
  samples: [
    "<34>Oct 11 22:14:15 mymachine lpd: printer 'lp' failed for lonvick on /dev/lp8",
    '<30>Oct 11 22:14:15 mymachine dockerd[7]: started',
    '<78>Oct 11 22:14:15 mymachine CRON[231]: (root) CMD (true)',
    '<78>Oct 11 22:14:15 mymachine crontab[231]: (root) BEGIN EDIT (root)',
    '<13>Oct  1 22:14:15 shop: started',
    '<13>Oct  1 22:14:15 shop[7]: started',
    '<78>Oct  1 22:14:15 CRON[7]: (root) CMD (true)',
    '<78>Oct  1 22:14:15 crond[7]: (root) RELOAD (/var/spool/cron/root)',
    '<30>Oct  1 22:14:15 com.apple.xpc.launchd[1] (com.apple.quicklook[21498]): Service exited',
    '<30>Oct  1 22:14:15 mac com.apple.xpc.launchd[1] (com.apple.quicklook[21498]): Service exited',
    '<30>Oct  1 22:14:15 com.apple.xpc.launchd[1] (com.apple.quicklook): Unknown key for integer: a',
    '<30>Oct  1 22:14:15 mac com.apple.xpc.launchd[1] (com.apple.quicklook): Unknown key for integer: a',
    '<13>Oct  1 22:14:15 mac shop: started',
    '<30>Oct  1 22:14:15 mac Google Chrome Helper[85294]: started',
    '<13>2026-11-27T08:00:00.123456+08:00 mymachine shop[7]: started',
    '<0>Oct 22 10:52:12 scapegoat Use the BFG!',
    'Oct 11 22:14:15 mymachine systemd[1]: Started Daily apt download activities.',
    '2026-11-27T08:00:00.123456+08:00 mymachine kernel: [    0.000000] Linux version 6.1',
    '2026-11-27T08:00:00.123456+08:00 mymachine CRON[231]: (www-data) CMD ([ -x /usr/bin/x ] && /usr/bin/x)',
    '2026-11-27T08:00:00.123456+08:00 mymachine cron[231]: (*system*) RELOAD (/etc/crontab)',
    'Oct 11 22:14:15 mac com.apple.xpc.launchd[1] (com.apple.quicklook[21498]): Service exited',
    'Oct 11 22:14:15 mac com.apple.xpc.launchd[1] (com.apple.quicklook): Please switch to XPC or bootstrap_check_in(): com.apple.quicklook',
    'Oct 11 22:14:15 mac Google Chrome[85294]: started',
    'Oct 11 22:14:15 mymachine last message repeated 2 times',
    'Oct 11 22:14:15 mymachine -- MARK --',
  ],
})

/** A file of BusyBox's daemon, as Alpine has it. */
const busybox = grammar({
  name: 'system.syslog.busybox',
  line: line`${when} ${host} ${ofBusybox}${either(plainTag, message)}`,
  derive: fromBusybox,
  samples: [
    'Oct 11 22:14:15 alpine auth.info sshd[7]: Server listening on 0.0.0.0 port 22.',
    'Oct 11 22:14:15 alpine kern.warn kernel: [    0.000000] Linux version 6.6',
    'Oct 11 22:14:15 alpine syslog.info syslogd started: BusyBox v1.36.1',
  ],
})

/** Without a time: what else stands behind a priority RFC 3164 takes for the message. */
const bare = grammar({
  name: 'system.syslog.bare',
  line: either(line`<${priority}>${either(tag, service, blankName)}`, line`<${priority}>${message}`),
  derive,
  samples: [
    '<158>shop[7]: started',
    '<158>shop: started',
    '<13>started',
    '<78>CRON[7]: (root) CMD (true)',
    '<78>crond[7]: (root) RELOAD (/var/spool/cron/root)',
    '<30>com.apple.xpc.launchd[1] (com.apple.quicklook[21498]): Service exited',
    '<30>com.apple.xpc.launchd[1] (com.apple.quicklook): Unknown key for integer: a',
    '<30>Google Chrome[85294]: started',
  ],
})

/** No program's name behind the time: nothing in such a line says that it is syslog's. */
const untagged = grammar({
  name: 'system.syslog.untagged',
  line: line`${when} ${message}`,
  samples: ['Apr  4 03:39:57 --- last message repeated 1 time ---'],
})

/** What tells syslog. */
export const syslogOwn = oneOf('system.syslog.own', rfc5424, busybox, rfc3164, bare)
/** All that may stand in a file of a syslog daemon. */
export const syslogAll = oneOf('system.syslog.all', syslogOwn, untagged)
