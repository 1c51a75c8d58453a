import {
  either,
  grammar,
  json,
  key,
  keyValues,
  line,
  oneOfWords,
  quoted,
  skip,
  starts,
  time,
  uncoloured,
} from 'tailrace'
import { files, filesElse, members, origins } from './members.ts'

const around = (name: string, below: number, above: number): readonly string[] =>
  Array.from({ length: above - below + 1 }, (_, i) => i + below).map((by) =>
    by === 0 ? name : `${name}${by > 0 ? '+' : ''}${by}`,
  )
/** Names of slog's levels; one between two is told by its distance. */
export const slogLevels = [...around('DEBUG', -16, 3), ...around('INFO', 0, 3), ...around('WARN', 0, 3), ...around('ERROR', 0, 16)] // biome-ignore format: a row
const logrusLevels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic']

const stamp = time('@timestamp', 'iso')
/** slog writes the time bare, logrus in quotes. */
const front = line`time=${either(stamp, quoted(stamp))} `

/** Levels as logrus cuts them for a terminal. */
const cut = ['TRAC', 'DEBU', 'INFO', 'WARN', 'ERRO', 'FATA', 'PANI']

export const slogStarts = [
  line`\u001b[${skip()}m${oneOfWords('log.level', cut)}\u001b[0m[`,
  line`${front}level=`,
  line`{"time":"${stamp}","level":"`,
  line`{"level":"`,
]

/** slog's `TextHandler` and logrus's text formatter. */
export const goText = grammar({
  name: 'go.log.text',
  line: line`${front}${keyValues({
    members: {
      ...members,
      'log.level': key('level', 'keyword', { required: true, words: [...slogLevels, ...logrusLevels] }),
      message: key('msg', 'text'),
    },
    lines: { ...origins, ...filesElse },
  })}`,
  framing: starts(slogStarts),
  samples: [
    'time=2026-03-10T08:00:00.123Z level=INFO source=/srv/shop/main.go:7 msg="order paid" order=7',
    'time="2026-03-10T08:00:00Z" level=info msg="order paid" order=7',
  ],
})
/** logrus on a terminal, in colours: seconds since the start, or a time. */
export const logrusColours = grammar({
  name: 'go.log.logrus_colours',
  line: uncoloured(
    line`${oneOfWords('log.level', cut)}[${either(line`${stamp}]`, line`${skip()}]`)} ${keyValues({ members, lines: files, text: 'message' })}`,
  ),
  framing: starts(slogStarts),
  samples: [
    '\u001b[36mINFO\u001b[0m[0007] order paid                                    \u001b[36morder\u001b[0m=7',
    '\u001b[33mWARN\u001b[0m[2026-03-10T08:00:00+08:00] no stock                                      \u001b[33mgoods\u001b[0m=tea',
  ],
})
/** slog's `JSONHandler`. */
export const slogJson = json({
  name: 'go.log.slog_json',
  members: {
    ...members,
    '@timestamp': key('time', 'date', { required: true, layouts: ['iso'] }),
    'log.level': key('level', 'keyword', { required: true, words: slogLevels }),
    message: key('msg', 'text', { there: true }),
    'log.origin.file.name': key('source.file', 'keyword'),
    'log.origin.file.line': key('source.line', 'long'),
  },
  framing: starts(slogStarts),
  samples: ['{"time":"2026-03-10T08:00:00.123456789Z","level":"INFO","msg":"order paid","order":7}'],
})
/** logrus's JSON formatter: its times have no fraction. */
export const logrusJson = json({
  name: 'go.log.logrus_json',
  members: {
    ...members,
    '@timestamp': key('time', 'date', { required: true, layouts: ['yyyy-MM-ddTHH:mm:ssZZ'] }),
    'log.level': key('level', 'keyword', { required: true, words: logrusLevels }),
    message: key('msg', 'text', { there: true }),
  },
  lines: files,
  framing: starts(slogStarts),
  samples: ['{"level":"info","msg":"order paid","order":7,"time":"2026-03-10T08:00:00+08:00"}'],
})
