import { int, key, line, text, unlessSet } from 'tailrace'

/** What Go's loggers and those who use them call things. */
export const members = {
  'log.logger': key('logger', 'keyword'),
  'error.message': key(['err', 'error'], 'text'),
  'event.duration': key(['took', 'duration', 'elapsed'], 'long', { unit: 'written' }),
  'log.origin.function': key(['func', 'source.function'], 'keyword'),
  'http.request.id': key('request_id', 'keyword'),
  'trace.id': key('trace_id', 'keyword'),
  'span.id': key('span_id', 'keyword'),
  'user.id': key('user_id', 'keyword'),
} as const

const origin = line`${text('log.origin.file.name')}:${int('log.origin.file.line')}`
/** Where it was logged: of slog, zap and logrus. */
export const origins = { source: origin } as const
export const callers = { caller: origin } as const
export const files = { file: origin } as const
/** The same where the other may be there too. */
export const filesElse = {
  file: line`${unlessSet(text('log.origin.file.name'))}:${unlessSet(int('log.origin.file.line'))}`,
} as const
