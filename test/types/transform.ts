/** Checked by the compiler alone: which step a pipeline takes after which parser. */
import {
  follow,
  geoip,
  grammar,
  ip,
  level,
  line,
  logFormat,
  pipeline,
  queryFingerprint,
  redact,
  rename,
  set,
  userAgent,
  word,
} from 'tailrace'

const parser = grammar({
  name: 'app.test',
  line: line`${ip('source.ip')} ${word('user_agent.original')}`,
  samples: ['10.0.0.1 curl'],
})
const start = pipeline('test')
  .from(follow({ name: 'test', paths: ['/tmp/none'] }))
  .parse(parser)

export const taken = start
  .through(redact())
  .through(geoip())
  .through(userAgent())
  .through(set({ 'log.level': 'INFO' }))
  .through(level())
  .through(rename({ 'source.ip': 'client.ip' }))
  .through(geoip({ field: 'client.ip' }))

// What a log_format yields is known only when it is read: every field may be there.
export const formatted = pipeline('formatted')
  .from(follow({ name: 'formatted', paths: ['/tmp/none'] }))
  .parse(logFormat('$remote_addr "$request" $status'))
  .through(geoip())
  .through(userAgent())

// @ts-expect-error nothing yields log.level
export const early = start.through(level())
// @ts-expect-error nothing yields a statement
export const foreign = start.through(queryFingerprint())
// @ts-expect-error nothing yields client.ip
export const unnamed = start.through(geoip({ field: 'client.ip' }))
