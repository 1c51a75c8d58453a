import {
  either,
  grammar,
  int,
  line,
  optional,
  starts,
  type TraceStyle,
  time,
  whole,
  withTrace,
  word,
  wordsOf,
} from 'tailrace'

/** Further lines of a record are indented, tracebacks too. */
const indentedTrace: TraceStyle = { heads: ['    Traceback (most recent call last):'] }
const levels = { D: 'DEBUG', I: 'INFO', W: 'WARNING', E: 'ERROR', C: 'CRITICAL' } as const
/** A letter, the time, and where it was said. */
const front = line`[${whole('python.letter', either(line`D`, line`I`, line`W`, line`E`, line`C`))} ${time('@timestamp', 'yyMMdd HH:mm:ss')} ${word('log.logger')}:${int('log.origin.file.line')}] `

export const tornadoStarts = [front]

/** Tornado's `LogFormatter`, as Flower and Jupyter have it, without colours. */
export const tornadoRecords = grammar({
  name: 'python.log.tornado',
  line: line`${front}${optional(withTrace('message', indentedTrace))}`,
  framing: starts(tornadoStarts),
  derive: { 'log.level': wordsOf('python.letter', levels) },
  samples: [
    '[I 260310 08:00:00 command:168] Visit me via http://0.0.0.0:5555',
    '[D 260310 08:00:00 mixins:229] Connected',
    '[W 260310 08:00:00 web:2348] 404 GET /orders (203.0.113.7) 0.51ms',
    '[E 260310 08:00:00 web:1793] Uncaught exception GET /orders (203.0.113.7)\n    Traceback (most recent call last):\n      File "orders.py", line 7, in get\n    ValueError: no price',
    '[C 260310 08:00:00 pay:7] refused',
  ],
})
