import {
  constant,
  duration,
  either,
  grammar,
  type Infer,
  line,
  oneOf,
  oneOfWords,
  optional,
  rest,
  starts,
  text,
  time,
  withTrace,
  word,
} from 'tailrace'
import { pythonTrace } from './python/trace.ts'

const level = oneOfWords('log.level', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])
const front = line`[${time('@timestamp', 'iso')}: ${level}/${text('process.name')}] `
const framing = starts([front])
const task = line`${word('celery.task.name')}[${word('celery.task.id')}]`
const said = withTrace('message', pythonTrace)

const received = grammar({
  name: 'celery.log.received',
  line: line`${front}Task ${task} received`,
  framing,
  derive: { 'celery.task.state': constant('RECEIVED') },
  samples: ['[2026-03-10 08:00:00,123: INFO/MainProcess] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] received'],
})
const succeeded = grammar({
  name: 'celery.log.succeeded',
  line: line`${front}Task ${task} succeeded in ${duration('event.duration', 's')}s: ${rest('celery.task.result')}`,
  framing,
  derive: { 'celery.task.state': constant('SUCCESS'), 'event.outcome': constant('success') },
  samples: [
    "[2026-03-10 08:00:00,123: INFO/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] succeeded in 0.0011s: {'order': 7}",
  ],
})
/** Whether the task names the exception among those it `throws` is in the first words. */
const failed = grammar({
  name: 'celery.log.failed',
  line: line`${front}Task ${task} ${oneOfWords('celery.task.description', ['raised unexpected', 'raised expected', 'INTERNAL ERROR'])}: ${said}`,
  framing,
  derive: { 'celery.task.state': constant('FAILURE'), 'event.outcome': constant('failure') },
  samples: [
    '[2026-03-10 08:00:00,123: ERROR/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] raised unexpected: ValueError(\'no price\')\nTraceback (most recent call last):\n  File "pay.py", line 7, in pay\nValueError: no price',
  ],
})
const retried = grammar({
  name: 'celery.log.retried',
  line: line`${front}Task ${task} retry: ${said}`,
  framing,
  derive: { 'celery.task.state': constant('RETRY') },
  samples: [
    "[2026-03-10 08:00:00,123: INFO/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] retry: Retry in 1s: ConnectionError('no answer')",
  ],
})
const ignored = grammar({
  name: 'celery.log.ignored',
  line: line`${front}Task ${task} ignored`,
  framing,
  derive: { 'celery.task.state': constant('IGNORED') },
  samples: [
    '[2026-03-10 08:00:00,123: INFO/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] ignored',
  ],
})
const rejected = grammar({
  name: 'celery.log.rejected',
  line: line`${front}Task ${task} reject ${said}`,
  framing,
  derive: { 'celery.task.state': constant('REJECTED') },
  samples: [
    '[2026-03-10 08:00:00,123: WARNING/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] reject requeue=False: no use',
  ],
})
const limited = grammar({
  name: 'celery.log.limited',
  line: line`${front}${oneOfWords('celery.task.limit', ['Soft', 'Hard'])} time limit (${duration('celery.task.limit_ns', 's')}s) exceeded for ${task}`,
  framing,
  samples: [
    '[2026-03-10 08:00:00,123: ERROR/MainProcess] Hard time limit (10s) exceeded for shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b]',
  ],
})
const scheduled = grammar({
  name: 'celery.log.scheduled',
  line: line`${front}${either(
    line`Scheduler: Sending due task ${text('celery.beat.entry')} (${word('celery.task.name')})`,
    line`${word('celery.task.name')} sent. id->${word('celery.task.id')}`,
  )}`,
  framing,
  derive: { 'celery.task.state': constant('SENT') },
  samples: [
    '[2026-03-10 08:00:00,123: INFO/MainProcess] Scheduler: Sending due task recount every hour (shop.recount)',
    '[2026-03-10 08:00:00,123: DEBUG/MainProcess] shop.recount sent. id->84dacec0-3bce-480c-aabe-fe6fd67bc94b',
  ],
})
/** What a task logs through `get_task_logger`, and all that worker and beat say of themselves. */
const plain = grammar({
  name: 'celery.log.plain',
  line: line`${front}${either(line`${task}: ${said}`, optional(said))}`,
  framing,
  samples: [
    '[2026-03-10 08:00:00,123: INFO/ForkPoolWorker-1] shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b]: order 7 paid',
    '[2026-03-10 08:00:00,123: INFO/MainProcess] worker@shop ready.',
  ],
})

/** A Celery worker and beat with their own log formats: what becomes of each task, tracebacks in fields of their own. */
export const celeryLog = oneOf(
  {
    name: 'celery.log',
    title: 'Celery worker and beat',
    url: 'https://docs.celeryq.dev/en/stable/userguide/configuration.html#worker-log-format',
    framing,
  },
  received,
  succeeded,
  failed,
  retried,
  ignored,
  rejected,
  limited,
  scheduled,
  plain,
)
export type CeleryLog = Infer<typeof celeryLog>
