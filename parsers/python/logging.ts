import {
  blanks,
  either,
  grammar,
  identifier,
  int,
  line,
  never,
  oneOfWords,
  optional,
  skip,
  starts,
  text,
  time,
  whole,
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

const lineno = int('log.origin.file.line')
/** `%(filename)s:%(lineno)d`. */
const place = line`${whole('log.origin.file.name', line`${never(' ', skip())}.py`)}:${lineno}`
/** A logger where nothing but a blank tells it from a message: the root's, `__main__`, or a name of modules. */
const named = either(oneOfWords('log.logger', ['root', '__main__']), identifier('log.logger', { dotted: true }))

/** What stands between the time and the message, as formats that are much used have it. */
const heading = either(
  line` - ${level} - [${place}] - `,
  line` - ${logger} - ${level} - `,
  line` - ${level} - `,
  line` [${int('process.pid')}] (${text('process.thread.name')}) ${level}${gap}${logger}: `,
  line` [${level}] ${word('log.logger')} ${word('log.origin.file.name')}:${int('log.origin.file.line')} ${word('log.origin.function')}() - `,
  line` [${level}] ${either(line`${identifier('log.logger')}: `, line`${place} - `, optional(line``))}`,
  line` ${level}${gap}${identifier('log.logger')}: `,
  line` ${level}${gap}${named} `,
  line` ${level}: `,
  line` ${level}${gap}`,
  line` ${identifier('log.logger')} ${level} `,
  line` ${identifier('log.logger')}${gap}[${int('process.pid')}]: ${level}${gap}`,
)
/** Flask, Airflow, and formats that put each in brackets. */
const bracketed = either(
  line`] ${level} in ${logger}: `,
  line`] [${level}] ${identifier('log.logger')}: `,
  line`] [${level}] `,
  line`] {${place}} ${level} - `,
)
/** Django's manual: `{levelname} {asctime} {module} {process:d} {thread:d} {message}`. */
const django = line` ${word('log.logger')} ${int('process.pid')} ${int('process.thread.id')} `
/** `logging.BASIC_FORMAT`. */
const basic = line`${level}:${identifier('log.logger')}:`

const second = time('@timestamp', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-ddTHH:mm:ss')
const zone = optional(either(line`Z`, line`+${skip()}`, line`-${skip()}`))
const fraction = line`${either(line`,`, line`.`)}${int('python.fraction')}`

/** What its records begin with. Neither a traceback nor what people write in a message does, as a rule. */
export const loggingStarts = [
  line`${second}${fraction}${zone}${either(line` - `, line` [`, heading)}`,
  line`[${second}${fraction}${zone}] `,
  line`${second}${zone}${heading}`,
  line`[${second}${bracketed}`,
  line`${level} ${second}${fraction}${django}`,
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
    line`${either(line`[${stamp}${bracketed}`, basic, line`${level} ${stamp}${django}`)}${said}`,
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
    '2026-03-10 08:00:00,123 fail2ban.filter         [7]: INFO    [sshd] Found 203.0.113.7',
    '2026-03-10 08:00:00,123 ERROR root refused',
    '2026-03-10 08:00:00,123 - INFO - [orders.py:7] - order 7 created',
    '2026-03-10 08:00:00,123 [INFO] orders.py:7 - order 7 created',
    '[2026-03-10 08:00:00] INFO in orders: order 7 created',
    '[2026-03-10 08:00:00,123] [INFO] shop.orders: order 7 created',
    '[2026-03-10 08:00:00,123] [INFO] order 7 created',
    '[2026-03-10T08:00:00.123+0000] {taskinstance.py:1157} INFO - order 7 created',
    'INFO 2026-03-10 08:00:00,123 views 7 140012 order 7 created',
    'WARNING:shop.orders:order 7 created',
  ],
})
