import { type Infer, oneOf, starts } from 'tailrace'
import { goText, logrusJson, slogJson, slogStarts } from './go/slog.ts'
import { goCrash, logPlain, logWithFile, slogThroughLog, stdStarts } from './go/std.ts'
import { zapColours, zapConsole, zapJson, zapStarts } from './go/zap.ts'

/** Go programs: the standard library's log and slog (text, JSON, through log), zap (JSON, console), logrus (text, JSON), crashes. */
export const goLog = oneOf(
  {
    name: 'go.log',
    title: 'Go: log, slog, zap, logrus',
    url: 'https://pkg.go.dev/log/slog',
    framing: starts([...stdStarts, ...slogStarts, ...zapStarts]),
    // The standard logger says when, and any text; Traefik logs requests by logrus.
    moreGeneralThan: ['nginx.error', 'traefik.access'],
  },
  slogThroughLog,
  logWithFile,
  logPlain,
  goText,
  zapJson,
  slogJson,
  logrusJson,
  zapConsole,
  zapColours,
  goCrash,
)
export type GoLog = Infer<typeof goLog>
