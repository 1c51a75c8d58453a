import {
  blanks,
  either,
  grammar,
  json,
  key,
  keyValues,
  line,
  oneOfWords,
  optional,
  or,
  record,
  skip,
  starts,
  text,
  time,
  trimmed,
  uncoloured,
  withTrace,
  word,
} from 'tailrace'
import { pythonTrace } from './trace.ts'

/** Methods of its loggers; `exception` is logged as `error`. */
const levels = ['debug', 'info', 'warning', 'warn', 'error', 'critical', 'exception', 'notset']
const level = oneOfWords('log.level', levels)
const stamp = time('@timestamp', 'iso')

/** Keys that its processors add, and what people bind by the names of its manual. */
const members = {
  'log.logger': key(['logger', 'logger_name'], 'keyword'),
  'log.origin.file.name': key(['filename', 'pathname'], 'keyword'),
  'log.origin.file.line': key('lineno', 'long'),
  'log.origin.function': key('func_name', 'keyword'),
  'process.pid': key('process', 'long'),
  'process.name': key('process_name', 'keyword'),
  'process.thread.id': key('thread', 'long'),
  'process.thread.name': key('thread_name', 'keyword'),
  'http.request.id': key('request_id', 'keyword'),
  'trace.id': key('trace_id', 'keyword'),
  'span.id': key('span_id', 'keyword'),
  'user.id': key('user_id', 'keyword'),
} as const

const { 'log.logger': _logger, ...withoutLogger } = members
const pairs = { quotes: ['"', "'"], brackets: true } as const
/** The longest of them fills the column. */
const padded = either(line`[${level}${blanks()}] `, line`[${oneOfWords('log.level', ['exception'])}] `)
/** The event is padded; then the logger's name in brackets, then pairs. */
const said = either(
  line`${trimmed(text('message'))} [${word('log.logger')}]${keyValues({ members: withoutLogger, ...pairs })}`,
  keyValues({ members, ...pairs, text: 'message' }),
)
// Further lines of an event stand before the trace.
const entry = record(line`${padded}${said}`, optional(withTrace('python.more', pythonTrace)))
/** What `ConsoleRenderer` writes behind the time. */
export const structlogEntry = line` ${entry}`

/** Its own columns and colours, of the level at least. */
const inColour = line`${optional(line`\u001b[2m${stamp}\u001b[0m `)}[\u001b[${skip()}m\u001b[1m${level}`

/** What its records begin with. */
export const structlogStarts = [
  line`${stamp} [${level}${either(line`]`, line` `)}`,
  line`[${level}  `,
  inColour,
  line`timestamp=${stamp} level=${level} `,
  line`{${or('', skip())}"level":${optional(line` `)}"${level}"`,
]

/** structlog's `ConsoleRenderer` without a time. */
export const structlogUntimed = grammar({
  name: 'python.log.structlog',
  line: entry,
  framing: starts(structlogStarts),
  samples: [
    '[critical ] no database',
    '[exception] refused',
    '[info     ] order paid                     [shop.orders] order=7',
  ],
})
/** `ConsoleRenderer` for a terminal. */
export const structlogColours = grammar({
  name: 'python.log.structlog_colours',
  line: uncoloured(line`${optional(line`${stamp} `)}${entry}`),
  framing: starts(structlogStarts),
  samples: [
    '\u001b[2m2026-03-10T08:00:00.123456Z\u001b[0m [\u001b[32m\u001b[1minfo     \u001b[0m] \u001b[1morder paid                    \u001b[0m [\u001b[0m\u001b[1m\u001b[34mshop.orders\u001b[0m]\u001b[0m \u001b[36morder\u001b[0m=\u001b[35m7\u001b[0m',
    '[\u001b[31m\u001b[1mexception\u001b[0m] \u001b[1mrefused                       \u001b[0m',
    '[\u001b[33m\u001b[1mwarning  \u001b[0m] \u001b[1mstock low                     \u001b[0m \u001b[36mleft\u001b[0m=\u001b[35m0\u001b[0m',
  ],
})
/** structlog's `LogfmtRenderer` with the order of keys of its manual. */
export const structlogLogfmt = grammar({
  name: 'python.log.structlog_logfmt',
  line: line`timestamp=${stamp} level=${level} ${keyValues({ members: { ...members, message: key('event', 'text', { required: true }) }, bare: true })}`,
  framing: starts(structlogStarts),
  samples: ['timestamp=2026-03-10T08:00:00.123456Z level=info event="order paid" order=7'],
})
/** structlog's `JSONRenderer`: the message is the event. */
export const structlogJson = json({
  name: 'python.log.structlog_json',
  members: {
    ...members,
    '@timestamp': key('timestamp', 'date', { required: true }),
    'log.level': key('level', 'keyword', { required: true, words: levels }),
    message: key('event', 'text', { required: true }),
  },
  lines: { exception: withTrace('error.stack_trace', pythonTrace) },
  framing: starts(structlogStarts),
  samples: [
    '{"order": 7, "event": "order paid", "level": "info", "timestamp": "2026-03-10T08:00:00.123456Z"}',
    '{"event": "refused", "level": "error", "timestamp": "2026-03-10T08:00:00.123456Z", "exception": [{"exc_type": "ValueError", "exc_value": "no price", "exc_notes": [], "syntax_error": null, "is_cause": false, "frames": [{"filename": "pay.py", "lineno": 7, "name": "pay", "locals": {"order": "7"}}], "is_group": false, "exceptions": []}]}',
  ],
})
