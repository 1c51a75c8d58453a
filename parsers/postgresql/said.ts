import { duration, either, line, oneOfWords, optional, or, rest, skip, text, time, whole } from 'tailrace'

export const layout = 'yyyy-MM-dd HH:mm:ssf z'
/** The time of a record, also as the server wrote it: `2026-11-23 12:34:56.789 CST`. */
export const stamp = whole('postgresql.log.timestamp', line`${time('@timestamp', layout)}`)

/** https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS, and what adds to one. */
export const severity = oneOfWords('log.level', [
  ...['DEBUG5', 'DEBUG4', 'DEBUG3', 'DEBUG2', 'DEBUG1', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'LOG', 'FATAL'],
  ...['PANIC', 'DETAIL', 'HINT', 'QUERY', 'CONTEXT', 'STATEMENT', 'LOCATION', 'BACKTRACE'],
])

const query = rest('postgresql.log.query')
const statement = either(
  line`${oneOfWords('postgresql.log.query_step', ['statement'])}: ${query}`,
  line`${oneOfWords('postgresql.log.query_step', ['execute fetch from', 'parse', 'bind', 'execute'])} ${or('<unnamed>', text('postgresql.log.query_name'))}: ${query}`,
)

/** What is told with a severity: durations, statements with their steps, plans of auto_explain, connections. */
export const said = whole(
  'message',
  either(
    line`duration: ${duration('event.duration', 'ms')} ms${optional(line`  ${either(statement, line`plan:${optional(line` `)}${rest('postgresql.log.plan')}`)}`)}`,
    statement,
    line`${oneOfWords('event.action', ['connection received', 'connection authorized', 'connection authenticated', 'disconnection'])}: ${skip('rest')}`,
    skip('rest'),
  ),
)
