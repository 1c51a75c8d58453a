import {
  constant,
  grammar,
  int,
  keyValues,
  line,
  never,
  oneOfWords,
  optional,
  record,
  rest,
  skip,
  starts,
  text,
  time,
  whole,
} from 'tailrace'
import { members, origins } from './members.ts'
import { slogLevels } from './slog.ts'

const stamp = time('@timestamp', 'yyyy/MM/dd HH:mm:ssf')
/** `panic` and what the runtime gives up for, with the stacks of goroutines. */
const crash = line`${oneOfWords('log.level', ['panic', 'fatal error'])}: `

export const stdStarts = [line`${stamp} `, crash]

/** slog through the standard logger, where no handler was set. */
export const slogThroughLog = grammar({
  name: 'go.log.slog_default',
  line: line`${stamp} ${oneOfWords('log.level', slogLevels)} ${keyValues({ members, lines: origins, text: 'message' })}`,
  framing: starts(stdStarts),
  samples: ['2026/03/10 08:00:00 INFO order paid order=7 goods="[tea cup]"'],
})
/** The standard logger with `Lshortfile` or `Llongfile`. */
export const logWithFile = grammar({
  name: 'go.log.file',
  line: line`${stamp} ${whole('log.origin.file.name', line`${never(' ', skip())}.go`)}:${int('log.origin.file.line')}: ${optional(rest('message'))}`,
  framing: starts(stdStarts),
  samples: ['2026/03/10 08:00:00.123456 /srv/shop/main.go:7: order 7 paid'],
})
/** The standard logger. */
export const logPlain = grammar({
  name: 'go.log.std',
  line: line`${stamp} ${optional(rest('message'))}`,
  framing: starts(stdStarts),
  samples: ['2026/03/10 08:00:00 order 7 paid'],
})
/** A crash: what the runtime prints before the program ends. */
export const goCrash = grammar({
  name: 'go.log.crash',
  line: record(line`${crash}${text('error.message')}`, optional(line`${rest('error.stack_trace')}`)),
  framing: starts(stdStarts),
  derive: { 'event.outcome': constant('failure') },
  samples: ['panic: no price\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/shop/main.go:7 +0x1d\nexit status 2'],
})
