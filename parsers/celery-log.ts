import {
  blanks,
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
  skip,
  starts,
  text,
  time,
  uncoloured,
  whole,
  withTrace,
  word,
} from 'tailrace'
import { pythonTrace } from './python/trace.ts'

const level = oneOfWords('log.level', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])
const front = line`[${time('@timestamp', 'iso')}: ${level}/${text('process.name')}] `
/** On a terminal records of these levels are coloured as a whole. */
const inColour = line`\u001b[1;${skip()}m[${time('@timestamp', 'iso')}: ${level}/`
/** What worker and beat print when they begin: further lines of it tell their settings, and the tasks there are. */
const banner = either(line` -------------- ${word('celery.node')} v`, line`celery beat v`)
const framing = starts([front, inColour, banner])
const task = line`${word('celery.task.name')}[${word('celery.task.id')}]`
const said = withTrace('message', pythonTrace)

const received = grammar({
  name: 'celery.log.received',
  line: line`${front}${either(
    line`Task ${task} received`,
    // Before version 5; before 3 `Got task from broker`. From and until when it may begin stand behind.
    line`${either(line`Received task: `, line`Got task from broker: `)}${task}${optional(line`${blanks()}ETA:[${text('celery.task.eta')}]`)}${optional(line`${blanks()}expires:[${text('celery.task.expires')}]`)}${optional(blanks())}`,
  )}`,
  framing,
  derive: { 'celery.task.state': constant('RECEIVED') },
  samples: [
    '[2026-03-10 08:00:00,123: INFO/MainProcess] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] received',
    '[2026-03-10 08:00:00,123: INFO/MainProcess] Received task: shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b]',
    '[2026-03-10 08:00:00,123: INFO/MainProcess] Got task from broker: shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] ETA:[2026-03-10 08:01:00+00:00] ',
    '[2026-03-10 08:00:00,123: INFO/MainProcess] Received task: shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] expires:[2026-03-10 09:00:00+00:00]',
  ],
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
const failure = line`${front}Task ${task} ${oneOfWords('celery.task.description', ['raised unexpected', 'raised expected', 'raised exception', 'INTERNAL ERROR'])}: ${said}`
const failed = grammar({
  name: 'celery.log.failed',
  line: failure,
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
const words = line`${front}${either(line`???[???]: ${said}`, line`${task}: ${said}`, optional(said))}`
const plain = grammar({
  name: 'celery.log.plain',
  line: words,
  framing,
  samples: [
    '[2026-03-10 08:00:00,123: INFO/ForkPoolWorker-1] ???[???]: said by no task',
    '[2026-03-10 08:00:00,123: INFO/ForkPoolWorker-1] shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b]: order 7 paid',
    '[2026-03-10 08:00:00,123: INFO/MainProcess] worker@shop ready.',
  ],
})

const begins = grammar({
  name: 'celery.log.banner',
  line: whole('message', line`${banner}${skip('rest')}`),
  framing,
  samples: [
    ' -------------- worker@shop v5.3.6 (emerald-rush)\n--- ***** ----- \n- ** ---------- [config]\n\n[tasks]\n  . shop.pay\n',
    'celery beat v5.3.6 (emerald-rush) is starting.\n__    -    ... __   -        _\nLocalTime -> 2026-03-10 08:00:00',
  ],
})

const failedInColour = grammar({
  name: 'celery.log.failed_in_colour',
  line: uncoloured(failure),
  framing,
  derive: { 'celery.task.state': constant('FAILURE'), 'event.outcome': constant('failure') },
  samples: [
    "\u001b[1;31m[2026-03-10 08:00:00,123: ERROR/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] raised unexpected: ValueError('no price')\u001b[0m",
  ],
})
const plainInColour = grammar({
  name: 'celery.log.plain_in_colour',
  line: uncoloured(words),
  framing,
  samples: [
    '\u001b[1;33m[2026-03-10 08:00:00,123: WARNING/ForkPoolWorker-1] no stock\u001b[0m',
    '\u001b[1;33m[2026-03-10 08:00:00,123: WARNING/ForkPoolWorker-1] ???[???]: no stock\u001b[0m',
    '\u001b[1;33m[2026-03-10 08:00:00,123: WARNING/ForkPoolWorker-1] shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b]: no stock\u001b[0m',
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
  begins,
  failedInColour,
  plainInColour,
)
export type CeleryLog = Infer<typeof celeryLog>
