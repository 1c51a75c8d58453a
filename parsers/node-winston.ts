import {
  blanks,
  either,
  grammar,
  type Infer,
  json,
  jsonObject,
  key,
  line,
  oneOf,
  oneOfWords,
  optional,
  skip,
  starts,
  text,
  time,
  trimmed,
  uncoloured,
  withTrace,
} from 'tailrace'
import { nodeTrace } from './node/trace.ts'

/** npm's levels, its default, and those of syslog. */
const levels = [
  ...['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'],
  ...['emerg', 'alert', 'crit', 'warning', 'notice'],
]
const level = oneOfWords('log.level', levels)
const stamp = time('@timestamp', 'iso')

/** What its manual's `printf` writes, and what is made of it. */
const front = either(
  line`${stamp} [${text('log.logger')}] ${level}: `,
  line`${stamp} ${either(level, line`[${level}]`)}: `,
  line`[${stamp}] ${level}: `,
)
const said = optional(withTrace('message', nodeTrace))
const layout = line`${front}${optional(blanks())}${said}`
const members = {
  'error.code': key('code', 'keyword'),
  'event.duration': key('durationMs', 'long', { unit: 'ms' }),
  'service.name': key('service', 'keyword'),
  'log.logger': key('label', 'keyword'),
  'http.request.id': key('requestId', 'keyword'),
  'user.id': key('userId', 'keyword'),
} as const
const lines = { stack: withTrace('error.stack_trace', nodeTrace) } as const
/** What else was given stands behind as JSON. */
const entry = either(line`${trimmed(text('message'))}${jsonObject({ members, lines })}`, said)
/** `simple()`. */
const simple = line`${level}: ${optional(blanks())}${entry}`
/** With colours, which tell it well enough: `cli()` pads, or not. */
const simpleInColour = line`${level}:${optional(blanks())}${entry}`

const colour = line`\u001b[${skip()}m`
const winstonStarts = [front, line`${stamp} ${colour}${level}`, line`${colour}${level}\u001b[39m:`]

const printed = grammar({
  name: 'node.winston.printf',
  line: layout,
  framing: starts(winstonStarts),
  samples: [
    '2026-03-10T08:00:00.123Z [shop] info: order 7 paid',
    '2026-03-10 08:00:00 info: order 7 paid',
    '2026-03-10 08:00:00 [info]: order 7 paid',
    '[2026-03-10 08:00:00] error: refused\nTypeError: no price\n    at pay (pay.js:7:3)',
  ],
})
const coloured = grammar({
  name: 'node.winston.colours',
  line: uncoloured(either(layout, simpleInColour)),
  framing: starts(winstonStarts),
  samples: [
    '2026-03-10T08:00:00.123Z [shop] \u001b[32minfo\u001b[39m: order 7 paid',
    '2026-03-10T08:00:00.123Z \u001b[32minfo\u001b[39m: \torder 7 paid',
    '2026-03-10T08:00:00.123Z [\u001b[32minfo\u001b[39m]: order 7 paid',
    '[2026-03-10T08:00:00.123Z] \u001b[32minfo\u001b[39m: order 7 paid',
    '\u001b[32minfo\u001b[39m: order 7 paid {"order":7}',
    '\u001b[32minfo\u001b[39m:    order 7 paid',
  ],
})
const simply = grammar({
  name: 'node.winston.simple',
  line: simple,
  framing: starts(winstonStarts),
  samples: ['info: order 7 paid', 'info: order paid {"order":7}'],
})
/** `combine(timestamp(), json())`; without a time, and in other dresses, it is any JSON. */
const asJson = json({
  name: 'node.winston.json',
  members: {
    ...members,
    '@timestamp': key('timestamp', 'date', { required: true, layouts: ['yyyy-MM-ddTHH:mm:ssfZ'] }),
    'log.level': key('level', 'keyword', { required: true, words: levels }),
    message: key('message', 'text', { there: true }),
  },
  lines,
  framing: starts(winstonStarts),
  samples: ['{"level":"info","message":"order paid","order":7,"timestamp":"2026-03-10T08:00:00.123Z"}'],
})
/** `logstash()`. */
const asLogstash = json({
  name: 'node.winston.logstash',
  members: {
    '@timestamp': key('@timestamp', 'date', { required: true }),
    'log.level': key('@fields.level', 'keyword', { required: true, words: levels }),
    message: key(['@message', '@fields.message'], 'text'),
    'error.code': key('@fields.code', 'keyword'),
    'service.name': key('@fields.service', 'keyword'),
  },
  lines: { '@fields.stack': lines.stack },
  framing: starts(winstonStarts),
  samples: ['{"@fields":{"level":"info","order":7},"@message":"order paid","@timestamp":"2026-03-10T08:00:00.123Z"}'],
})

/**
 * winston: `json()` and `logstash()` with `timestamp()`, `simple()`, `cli()`, and the layouts its manual writes with `printf`,
 * plain or coloured. Of `simple()` each line is a record, since nothing tells it from text of others.
 */
export const nodeWinston = oneOf(
  {
    name: 'node.winston',
    title: 'winston (Node.js)',
    url: 'https://github.com/winstonjs/winston#formats',
    framing: starts([...winstonStarts, line`{"`]),
  },
  asJson,
  asLogstash,
  printed,
  simply,
  coloured,
)
export type NodeWinston = Infer<typeof nodeWinston>
