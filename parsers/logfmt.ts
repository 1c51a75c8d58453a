import { address, grammar, type Infer, int, key, keyValues, line, oneOf, text, time, url, word } from 'tailrace'

const members = {
  'log.level': key(['level', 'lvl', 'severity', 'log.level', 'at'], 'keyword'),
  message: key(['msg', 'message', 'event'], 'text'),
  'log.logger': key(['logger', 'component', 'module'], 'keyword'),
  'service.name': key(['service.name', 'app'], 'keyword'),
  'error.message': key(['err', 'error'], 'text'),
  'error.stack_trace': key(['stack', 'stacktrace'], 'text'),
  'error.code': key('code', 'keyword'),
  'event.duration': key(['took', 'duration', 'elapsed', 'service'], 'long', { unit: 'written' }),
  'log.origin.function': key('func', 'keyword'),
  'process.pid': key('pid', 'long'),
  // Go kit calls the method of a service so.
  'http.request.method': key('method', 'keyword', {
    words: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE'],
  }),
  'http.response.status_code': key('status', 'long'),
  'http.response.body.bytes': key('bytes', 'long'),
  'http.request.id': key('request_id', 'keyword'),
  'trace.id': key(['trace_id', 'traceID'], 'keyword'),
  'span.id': key(['span_id', 'spanID'], 'keyword'),
  'user.id': key('user_id', 'keyword'),
} as const
const lines = {
  caller: line`${text('log.origin.file.name')}:${int('log.origin.file.line')}`,
  path: line`${url('url.original')}`,
  fwd: line`${address('source.address')}`,
} as const

const plain = grammar({
  name: 'logfmt.plain',
  line: keyValues({
    members: { ...members, '@timestamp': key(['ts', 'time', 'timestamp', '@timestamp', 't', 'date'], 'date') },
    lines,
    bare: true,
  }),
  samples: ['ts=2026-03-10T08:00:00.123456Z caller=main.go:7 level=info msg="order paid" order=7 took=1.5ms'],
})
const heroku = grammar({
  name: 'logfmt.heroku',
  line: line`${time('@timestamp', 'iso')} ${word('process.name')}: ${keyValues({ members, lines, bare: true })}`,
  samples: [
    '2026-03-10T08:00:00.123456+00:00 heroku[router]: at=info method=GET path="/orders/7?page=2" host=shop.example request_id=8601b555 fwd="203.0.113.7" dyno=web.1 connect=1ms service=18ms status=200 bytes=13',
  ],
})

/**
 * logfmt: `key=value` in a line, as Go kit, Heroku and many others write it, under the names they use. A level tells it:
 * `level=info`, `at=info`. Keys without a value are true, the rest is kept under `json`. Heroku's router writes a time and the
 * process before.
 */
export const logfmt = oneOf(
  {
    name: 'logfmt',
    title: 'logfmt',
    url: 'https://brandur.org/logfmt',
    tells: ['log.level'],
    moreGeneralThan: ['go.log', 'python.log'],
  },
  heroku,
  plain,
)
export type Logfmt = Infer<typeof logfmt>
