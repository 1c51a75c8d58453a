import { type Infer, oneOf, starts } from 'tailrace'
import { hclog, hclogStarts } from './go/hclog.ts'
import { klog, klogStarts } from './go/klog.ts'
import { goText, logrusColours, logrusJson, slogJson, slogStarts } from './go/slog.ts'
import { goCrash, logPlain, logWithFile, slogThroughLog, stdStarts } from './go/std.ts'
import { zapColours, zapConsole, zapJson, zapStarts } from './go/zap.ts'

/** Go programs: the standard library's log and slog (text, JSON, through log), zap (JSON, console), logrus (text, JSON, colours), klog, hclog, crashes. */
export const goLog = oneOf(
  {
    name: 'go.log',
    title: 'Go: log, slog, zap, logrus, klog, hclog',
    url: 'https://pkg.go.dev/log/slog',
    framing: starts([...stdStarts, ...slogStarts, ...zapStarts, ...klogStarts, ...hclogStarts]),
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
  klog,
  hclog,
  logrusColours,
  goCrash,
)
export type GoLog = Infer<typeof goLog>
