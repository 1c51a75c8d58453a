import {
  grammar,
  int,
  json,
  key,
  line,
  onlyTrace,
  optional,
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

const stamp = time('@timestamp', 'yyyy-MM-dd HH:mm:ssf')
/** Its default format behind the time; levels may be one's own. */
const heading = line` | ${trimmed(text('log.level'))} | ${text('log.logger')}:${word('log.origin.function')}:${int('log.origin.file.line')} - `
export const loguruEntry = line`${heading}${optional(withTrace('message', pythonTrace))}`

/** What its records begin with. */
export const loguruStarts = [line`${stamp}${heading}`, line`\u001b[32m${stamp}\u001b[0m | `, line`{"text": "`]

/** loguru's default format for a terminal. */
export const loguruColours = grammar({
  name: 'python.log.loguru_colours',
  line: uncoloured(line`${stamp}${loguruEntry}`),
  framing: starts(loguruStarts),
  samples: [
    '\u001b[32m2026-03-10 08:00:00.123\u001b[0m | \u001b[1mINFO    \u001b[0m | \u001b[36mshop.orders\u001b[0m:\u001b[36mcreate\u001b[0m:\u001b[36m7\u001b[0m - \u001b[1morder 7 created\u001b[0m',
  ],
})
/** loguru with `serialize=True`: the text as it would be, and the record. */
export const loguruJson = json({
  name: 'python.log.loguru_json',
  members: {
    '@timestamp': key(['record.time.repr', 'record.time.timestamp'], 'date', { required: true }),
    'log.level': key('record.level.name', 'keyword', { required: true }),
    message: key('record.message', 'text'),
    'log.logger': key('record.name', 'keyword'),
    'log.origin.file.name': key('record.file.name', 'keyword'),
    'log.origin.file.line': key('record.line', 'long'),
    'log.origin.function': key('record.function', 'keyword'),
    'process.pid': key('record.process.id', 'long'),
    'process.name': key('record.process.name', 'keyword'),
    'process.thread.id': key('record.thread.id', 'long'),
    'process.thread.name': key('record.thread.name', 'keyword'),
    'error.type': key('record.exception.type', 'keyword'),
    'error.message': key('record.exception.value', 'text'),
  },
  // Of the text only the trace is said nowhere else.
  lines: { text: record(line`${skip()}`, optional(onlyTrace(pythonTrace))) },
  framing: starts(loguruStarts),
  samples: [
    '{"text": "2026-03-10 08:00:00.123 | INFO     | shop.orders:create:7 - order 7 created\\n", "record": {"elapsed": {"repr": "0:00:00.006", "seconds": 0.006}, "exception": null, "extra": {"order": 7}, "file": {"name": "orders.py", "path": "/srv/orders.py"}, "function": "create", "level": {"icon": "i", "name": "INFO", "no": 20}, "line": 7, "message": "order 7 created", "module": "orders", "name": "shop.orders", "process": {"id": 7, "name": "MainProcess"}, "thread": {"id": 1, "name": "MainThread"}, "time": {"repr": "2026-03-10 08:00:00.123456+08:00", "timestamp": 1773100800.123456}}}',
  ],
})
