import {
  closed,
  either,
  grammar,
  type Infer,
  int,
  line,
  oneOf,
  or,
  quotient,
  rangesOf,
  remainder,
  rest,
  text,
  time,
  word,
} from 'tailrace'

const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug']
const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', 'ntp'],
  ...['security', 'console', 'solaris-cron', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6'],
  'local7',
]
/** A priority is eight times the facility, and the severity. */
const everyPriority = facilities.flatMap((_, facility) =>
  severities.map((name, severity) => [facility * 8 + severity + 1, name] as const),
)
const derive = {
  'log.syslog.facility.code': quotient('log.syslog.priority', 8),
  'log.syslog.severity.code': remainder('log.syslog.priority', 8),
  'log.syslog.facility.name': rangesOf(
    'log.syslog.priority',
    facilities.map((name, i) => [8 * (i + 1), name] as const),
  ),
  'log.syslog.severity.name': rangesOf('log.syslog.priority', everyPriority),
  'log.level': rangesOf('log.syslog.priority', everyPriority),
}

const priority = int('log.syslog.priority')
const message = rest('message')
/** Nothing may stand behind a name. */
const said = or('', message)
/** RFC 5424, and rsyslog's own layout of files. */
const stamp = time('@timestamp', 'iso')
const when = time('@timestamp', 'iso', 'syslog')

const tag = either(
  line`${word('process.name')}[${int('process.pid')}]: ${said}`,
  line`${word('process.name')}: ${said}`,
)

const data = text('system.syslog.structured_data')
/** Structured data, `-` for none, and the message. */
const behind = either(line`- ${message}`, line`-`, line`[${data}] ${message}`, line`[${closed(']', data)}`)

const rfc5424 = grammar({
  name: 'system.syslog.rfc5424',
  line: line`<${priority}>${word('log.syslog.version')} ${either(line`- `, line`${stamp} `)}${or('-', word('host.hostname'))} ${or('-', word('process.name'))} ${either(line`${int('process.pid')} `, line`${or('-', word('log.syslog.procid'))} `)}${or('-', word('log.syslog.msgid'))} ${behind}`,
  derive,
  samples: [
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An application event log entry',
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su 231 - - 'su root' failed for lonvick on /dev/pts/8",
    '<13>1 - - - a-b - -',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 7 ID47 [exampleSDID@32473 iut="3"][b@32473 c="d"]',
  ],
})

/** As sent (RFC 3164, with the times that programs of today put there) and, without a priority, as it lies in files. */
const rfc3164 = grammar({
  name: 'system.syslog.rfc3164',
  line: either(
    line`<${priority}>${when} ${either(tag, line`${word('host.hostname')} ${either(tag, message)}`)}`,
    line`${when} ${word('host.hostname')} ${tag}`,
  ),
  derive,
  samples: [
    "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    '<78>Oct 11 22:14:15 mymachine CRON[231]: (root) CMD (true)',
    '<13>Oct  1 22:14:15 shop: started',
    '<13>Oct  1 22:14:15 shop[7]: started',
    '<13>2026-11-27T08:00:00.123456+08:00 mymachine shop[7]: started',
    '<0>Oct 22 10:52:12 scapegoat Use the BFG!',
    'Oct 11 22:14:15 mymachine systemd[1]: Started Daily apt download activities.',
    '2026-11-27T08:00:00.123456+08:00 mymachine kernel: [    0.000000] Linux version 6.1',
  ],
})

/** Without a time: what else stands behind a priority RFC 3164 takes for the message. */
const bare = grammar({
  name: 'system.syslog.bare',
  line: either(line`<${priority}>${tag}`, line`<${priority}>${rest('message')}`),
  derive,
  samples: ['<158>shop[7]: started', '<158>shop: started', '<13>started'],
})

/** Syslog, as RFC 3164 and RFC 5424 send it and as syslog daemons write it into files. */
export const systemSyslog = oneOf(
  {
    name: 'system.syslog',
    title: 'Syslog',
    url: 'https://www.rfc-editor.org/rfc/rfc5424',
    moreGeneralThan: ['python.log', 'haproxy.log', 'node.winston'],
  },
  rfc5424,
  rfc3164,
  bare,
)
export type SystemSyslog = Infer<typeof systemSyslog>
