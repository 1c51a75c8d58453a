import {
  blanks,
  either,
  grammar,
  identifier,
  int,
  line,
  oneOfWords,
  optional,
  skip,
  starts,
  text,
  time,
  withTrace,
  word,
} from 'tailrace'
import { loguruEntry } from './loguru.ts'
import { structlogEntry } from './structlog.ts'
import { pythonTrace } from './trace.ts'

/** The names; a level without one is called by its number. */
const levels = [
  ...['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'WARN', 'FATAL', 'NOTSET', 'TRACE', 'SUCCESS', 'NOTICE'],
  ...Array.from({ length: 99 }, (_, i) => `Level ${i + 1}`),
]
const level = oneOfWords('log.level', levels)
const logger = text('log.logger')
/** The gap behind a padded level. */
const gap = blanks()

/** What stands between the time and the message, as formats that are much used have it. */
const heading = either(
  line` - ${logger} - ${level} - `,
  line` - ${level} - `,
  line` [${int('process.pid')}] (${text('process.thread.name')}) ${level}${gap}${logger}: `,
  line` [${level}] ${word('log.logger')} ${word('log.origin.file.name')}:${int('log.origin.file.line')} ${word('log.origin.function')}() - `,
  line` [${level}] ${identifier('log.logger')}: `,
  line` [${level}] `,
  line` ${level}${gap}${identifier('log.logger')}: `,
  line` ${level}${gap}${identifier('log.logger')} `,
  line` ${level}: `,
  line` ${level}${gap}`,
  line` ${identifier('log.logger')} ${level} `,
)
const flask = line`] ${level} in ${logger}: `
/** `logging.BASIC_FORMAT`. */
const basic = line`${level}:${identifier('log.logger')}:`

const second = time('@timestamp', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss')
const zone = optional(either(line`Z`, line`+${skip()}`, line`-${skip()}`))
const fraction = line`${either(line`,`, line`.`)}${int('python.fraction')}`

/** What its records begin with. Neither a traceback nor what people write in a message does, as a rule. */
export const loggingStarts = [
  line`${second}${fraction}${zone}${heading}`,
  line`[${second}${fraction}${flask}`,
  line`${second}${zone}${heading}`,
  line`[${second}${flask}`,
  basic,
]

const stamp = time('@timestamp', 'iso')
const said = optional(withTrace('message', pythonTrace))

/** Python's `logging`: the formats of its manual and of much used programs, Flask among them; structlog and loguru with a time. */
export const loggingRecords = grammar({
  name: 'python.log',
  // The time is read once, whoever wrote what stands behind it.
  line: either(
    line`${stamp}${either(structlogEntry, loguruEntry, line`${heading}${said}`)}`,
    line`${either(line`[${stamp}${flask}`, basic)}${said}`,
  ),
  framing: starts(loggingStarts),
  samples: [
    '2026-03-10 08:00:00,123 - shop.orders - INFO - order 7 created',
    '2026-03-10 08:00:00,123 - INFO - order 7 created',
    '2026-03-10 08:00:00.123 | INFO     | shop.orders:create:7 - order 7 created',
    '2026-03-10T08:00:00.123456Z [info     ] order paid                     [shop.orders] amount=99.5 order=7',
    '2026-03-10 08:00:00 [error    ] failed                         order=7\nTraceback (most recent call last):\n  File "pay.py", line 7, in pay\nKeyError: \'price\'',
    '2026-03-10 08:00:00 [exception] failed',
    '2026-03-10 08:00:00,123 [7] (MainThread) INFO     shop.orders: order 7 created',
    '2026-03-10 08:00:00,123 [INFO] shop.orders orders.py:7 create() - order 7 created',
    '2026-03-10 08:00:00,123 [INFO] shop.orders: order 7 created',
    '2026-03-10 08:00:00,123 [Level 25] order 7 created',
    '2026-03-10T08:00:00+0800 INFO     shop.orders: order 7 created',
    '2026-03-10 08:00:00,123 ERROR shop.pay refused\nTraceback (most recent call last):\n  File "pay.py", line 7, in pay\nValueError: refused',
    '2026-03-10 08:00:00,123 ERROR: order 7 refused',
    '2026-03-10 08:00:00,123 ERROR /orders/7 refused',
    '2026-03-10 08:00:00,123 shop.pay ERROR refused',
    '[2026-03-10 08:00:00] INFO in orders: order 7 created',
    'WARNING:shop.orders:order 7 created',
  ],
})
