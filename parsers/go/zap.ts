import {
  either,
  grammar,
  int,
  json,
  jsonObject,
  key,
  line,
  oneOfWords,
  optional,
  record,
  rest,
  starts,
  text,
  time,
  uncoloured,
  word,
} from 'tailrace'
import { callers, members } from './members.ts'
import { goStack } from './trace.ts'

const levels = ['debug', 'info', 'warn', 'error', 'dpanic', 'panic', 'fatal']
const level = oneOfWords('log.level', [...levels, ...levels.map((name) => name.toUpperCase())])
const stamp = time('@timestamp', 'iso')
const front = line`${stamp}\t${level}\t`
const caller = line`${word('log.origin.file.name')}:${int('log.origin.file.line')}\t`
const said = either(
  line`${text('message')}\t${jsonObject({ members: { 'error.message': members['error.message'] } })}`,
  optional(text('message')),
)
/** Named loggers and callers are there or not; a stack stands on lines of its own. */
const console = record(
  line`${front}${either(caller, line`${word('log.logger')}\t${caller}`, optional(line``))}${said}`,
  optional(either(goStack, rest('go.more'))),
)

export const zapStarts = [front, line`${stamp}\t\u001b[`]

/** zap's console encoder, as in development. */
export const zapConsole = grammar({
  name: 'go.log.zap_console',
  line: console,
  framing: starts(zapStarts),
  samples: [
    '2026-03-10T08:00:00.123Z\tINFO\tshop/main.go:7\torder paid\t{"order": 7}',
    '2026-03-10T08:00:00.123Z\tERROR\tstock\tshop/main.go:9\tno stock\nmain.main\n\t/srv/shop/main.go:9',
    '2026-03-10T08:00:00.123Z\tINFO\ttwo\nlines',
  ],
})
/** The same with levels in colour. */
export const zapColours = grammar({
  name: 'go.log.zap_colours',
  line: uncoloured(console),
  framing: starts(zapStarts),
  samples: [
    '2026-03-10T08:00:00.123Z\t\u001b[34mINFO\u001b[0m\tshop/main.go:7\torder paid\t{"order": 7}',
    '2026-03-10T08:00:00.123Z\t\u001b[31mERROR\u001b[0m\tstock\tshop/main.go:9\tno stock\nmain.main\n\t/srv/shop/main.go:9',
    '2026-03-10T08:00:00.123Z\t\u001b[34mINFO\u001b[0m\ttwo\nlines',
  ],
})
/** zap's JSON encoder, as in production; durations are seconds there. */
export const zapJson = json({
  name: 'go.log.zap_json',
  members: {
    ...members,
    '@timestamp': key('ts', 'date', { required: true, layouts: ['iso', 'epoch_s'] }),
    'log.level': key('level', 'keyword', { required: true, words: levels }),
    message: key('msg', 'text', { there: true }),
    'event.duration': key(['took', 'duration', 'elapsed'], 'long', { unit: 's' }),
    'error.stack_trace': key('stacktrace', 'text'),
  },
  lines: callers,
  samples: [
    '{"level":"info","ts":1773100800.1234567,"caller":"shop/main.go:7","msg":"order paid","order":7}',
    '{"level":"info","ts":"2026-03-10T08:00:00.123+0800","caller":"shop/main.go:7","msg":"order paid","order":7}',
  ],
})
