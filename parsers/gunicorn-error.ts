import { grammar, type Infer, int, line, oneOf, oneOfWords, optional, starts, time, withTrace } from 'tailrace'
import { pythonTrace } from './python/trace.ts'
import { workerAccess, workerAccessStart } from './python/uvicorn.ts'

const front = line`[${time('@timestamp', 'yyyy-MM-dd HH:mm:ss Z')}] [${int('process.pid')}] [${oneOfWords('log.level', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])}] `
const framing = starts([front, workerAccessStart])

const own = grammar({
  name: 'gunicorn.error.own',
  line: line`${front}${optional(withTrace('message', pythonTrace))}`,
  framing,
  samples: [
    '[2026-03-10 08:00:00 +0800] [7] [INFO] Listening at: http://127.0.0.1:8000 (7)',
    '[2026-03-10 08:00:00 +0800] [8] [ERROR] Error handling request /orders/7\nTraceback (most recent call last):\n  File "app.py", line 7, in order\nValueError: no price',
  ],
})

/** gunicorn's own log, tracebacks of applications in fields of their own, and access lines of uvicorn's workers among them. */
export const gunicornError = oneOf(
  {
    name: 'gunicorn.error',
    title: 'gunicorn error log',
    url: 'https://docs.gunicorn.org/en/stable/settings.html#errorlog',
    framing,
    toldBy: own,
  },
  own,
  workerAccess,
)
export type GunicornError = Infer<typeof gunicornError>
