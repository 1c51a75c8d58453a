import {
  blanks,
  either,
  int,
  line,
  oneOfWords,
  optional,
  or,
  type Part,
  quotient,
  rangesOf,
  remainder,
  rest,
  time,
  word,
  wordsOf,
} from 'tailrace'

const severities = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug']
const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', 'ntp'],
  ...['security', 'console', 'solaris-cron', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6'],
  'local7',
]
/** BusyBox's daemon writes facility and severity before the name, in syslog.h's words. */
const shortSeverities = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
export const ofBusybox = line`${oneOfWords('log.syslog.facility.name', facilities)}.${oneOfWords('log.level', shortSeverities)} `
export const fromBusybox = {
  'log.syslog.severity.name': wordsOf(
    'log.level',
    Object.fromEntries(shortSeverities.map((name, i) => [name, severities[i]!])),
  ),
}
/** Severities by number, for formats that have only these. */
export const severityRanges = severities.map((name, severity) => [severity + 1, name] as const)
/** Facilities by number. */
export const facilityRanges = facilities.map((name, facility) => [facility + 1, name] as const)
/** A priority is eight times the facility, and the severity. */
const everyPriority = facilities.flatMap((_, facility) =>
  severities.map((name, severity) => [facility * 8 + severity + 1, name] as const),
)

/** What follows from a priority. */
export const fromPriority = {
  'log.syslog.facility.code': quotient('log.syslog.priority', 8),
  'log.syslog.severity.code': remainder('log.syslog.priority', 8),
  'log.syslog.facility.name': rangesOf(
    'log.syslog.priority',
    facilities.map((name, i) => [8 * (i + 1), name] as const),
  ),
  'log.syslog.severity.name': rangesOf('log.syslog.priority', everyPriority),
  'log.level': rangesOf('log.syslog.priority', everyPriority),
}

export const priority = int('log.syslog.priority')
/** RFC 5424. */
export const stamp = time('@timestamp', 'iso')
/** RFC 3164, and rsyslog's own layout of files. */
export const when = time('@timestamp', 'iso', 'syslog')
/** Nothing may stand behind a name. */
export const said = or('', rest('message'))

/** In files time and host, as sent a priority too. Old daemons leave hosts out. */
const header = line`${optional(line`<${priority}>`)}${when} ${or('', word('host.hostname'))} `
interface Sure {
  readonly '@timestamp': string
}
interface Perhaps {
  readonly 'host.hostname': string
  readonly 'log.syslog.priority': number
  readonly 'log.syslog.version': string
  readonly 'log.syslog.msgid': string
  readonly 'process.pid': number
}

/** All that syslog puts before what a program of this name says. */
export const sentBy = <R, O>(name: Part<R, O>): Part<R & Sure, O & Perhaps> => {
  const program: Part = name
  const part: Part = either(
    line`${header}${program}${optional(line`[${int('process.pid')}]`)}: `,
    line`<${priority}>${word('log.syslog.version')} ${stamp} ${or('-', word('host.hostname'))} ${program} ${or('-', int('process.pid'))} ${or('-', word('log.syslog.msgid'))} - ${optional(blanks())}`,
  )
  return part as Part<R & Sure, O & Perhaps>
}
