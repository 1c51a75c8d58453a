import {
  either,
  escaped,
  grammar,
  host,
  type Infer,
  int,
  line,
  oneOf,
  oneOfWords,
  optional,
  or,
  record,
  rest,
  skip,
  starts,
  text,
  time,
  whole,
  word,
} from 'tailrace'

const when = time('@timestamp', 'EEE MMM d HH:mm:ssf yyyy')
const traces = [1, 2, 3, 4, 5, 6, 7, 8].map((depth) => `trace${depth}`)
const level = oneOfWords('log.level', [
  ...['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'],
  ...traces,
])
const framing = starts([line`[${when}] [`])

const code = whole(word('event.code'), line`AH${skip('word')}`)
/** Apache escapes what it says. */
const said = whole(
  escaped('any', text('message')),
  line`${optional(line`${code}: `)}${either(line`File does not exist: ${escaped('any', text('file.path'))}`, skip())}`,
)
const referrer = optional(line`, referer: ${escaped('any', text('http.request.referrer'))}`)
/** What scripts and libraries write into the file themselves. */
const more = optional(line`${or('', rest('apache.error.more'))}`)

/** From 2.4: the error of the system stands before the client. */
const modular = grammar({
  name: 'apache.error.modular',
  line: record(
    line`[${when}] [${or('-', word('apache.error.module'))}:${level}] [pid ${int('process.pid')}${optional(line`:tid ${int('process.thread.id')}`)}] ${optional(
      line`${word('log.origin.file.name')}(${int('log.origin.file.line')}): `,
    )}${optional(line`(${word('error.code')})${text('error.message')}: `)}${optional(
      line`[${either(line`client `, line`remote `)}${or('', host('source.address', { port: 'source.port', ip: 'source.ip', domain: 'source.domain', sure: true }))}] `,
    )}${said}${referrer}`,
    more,
  ),
  framing,
  samples: [
    '[Wed Feb 11 06:43:36.103522 2026] [mpm_event:notice] [pid 7:tid 140] AH00489: Apache/2.4.62 (Debian) configured -- resuming normal operations',
    '[Wed Feb 11 06:43:36.103522 2026] [core:error] [pid 7] (13)Permission denied: [client 203.0.113.7:50312] AH00035: access to /a denied, referer: https://shop.example/',
    '[Wed Feb 11 06:43:36.103522 2026] [core:debug] [pid 7:tid 140] core.c(4512): [client 2001:db8::7:50312] AH00128: File does not exist: /www/a',
    '[Wed Feb 11 06:43:36.103522 2026] [ssl:trace3] [pid 7:tid 140] [remote 10.0.0.3:443] OpenSSL: Handshake: start',
  ],
})
/** Up to 2.2: no module, no process, no port; the error of the system stands behind the client. */
const old = grammar({
  name: 'apache.error.old',
  line: record(
    line`[${when}] [${level}] ${optional(
      line`[client ${host('source.address', { ip: 'source.ip', domain: 'source.domain' })}] `,
    )}${optional(line`(${word('error.code')})${text('error.message')}: `)}${said}${referrer}`,
    more,
  ),
  framing,
  samples: [
    '[Wed Feb 11 06:43:36 2026] [notice] Apache/2.2.22 (Ubuntu) configured -- resuming normal operations',
    '[Wed Feb 11 06:43:36 2026] [error] [client 203.0.113.7] File does not exist: /www/favicon.ico, referer: https://shop.example/',
    '[Wed Feb 11 06:43:36 2026] [error] [client 203.0.113.7] (13)Permission denied: access to /a denied\nsh: x: not found',
  ],
})
/** What is cut. */
const plain = grammar({
  name: 'apache.error.plain',
  line: line`[${when}] [${either(level, line`${or('-', word('apache.error.module'))}:${level}`)}] ${or('', rest('message'))}`,
  framing,
  samples: [
    '[Wed Feb 11 06:43:36 2026] [error] [client 203.0.113.7',
    '[Wed Feb 11 06:43:36.103522 2026] [core:error] [pid 7',
  ],
})

/** Apache's error log, of 2.2 and 2.4. A line that begins with no time belongs to the record before. */
export const apacheError = oneOf(
  {
    name: 'apache.error',
    title: 'Apache error log',
    url: 'https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat',
    framing,
  },
  modular,
  old,
  plain,
)
export type ApacheError = Infer<typeof apacheError>
