import { either, grammar, type Infer, line, oneOfWords, rest, starts, time, word } from 'tailrace'

const level = oneOfWords('log.level', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])
const when = time('@timestamp', 'iso')

/** Python's `logging` with a time in front; lines that do not begin with one (tracebacks) belong to the record before. */
export const pythonLog = grammar({
  name: 'python.log',
  title: "Python's logging",
  url: 'https://docs.python.org/3/library/logging.html',
  line: line`${when} ${either(
    line`- ${word('log.logger')} - ${level} - ${rest('message')}`,
    line`${level} ${word('log.logger')} ${rest('message')}`,
  )}`,
  framing: starts([line`${when} `]),
  samples: [
    '2026-03-10 08:00:00,123 - shop.orders - INFO - order 7 created',
    '2026-03-10 08:00:00,123 ERROR shop.pay refused\nTraceback (most recent call last):\n  File "pay.py", line 7, in pay\nValueError: refused',
  ],
})
export type PythonLog = Infer<typeof pythonLog>
