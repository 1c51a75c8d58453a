import {
  address,
  either,
  grammar,
  type Infer,
  int,
  json,
  key,
  line,
  oneOfWords,
  rangesOf,
  skip,
  text,
  time,
  url,
  word,
} from 'tailrace'
import { levelNames } from './node/levels.ts'

/** The numbers it gives levels, unless they are one's own. */
const level = oneOfWords('log.level', ['10', '20', '30', '40', '50', '60'])
/**
 * The level is the first member whatever the options, the time the second, then come the base, what was logged, and the
 * message. Many programs have a member that is called so and holds a number; none but pino writes these in this order.
 */
const told = grammar({
  name: 'node.pino.told',
  line: either(
    line`{"level":${level},"${either(line`time":`, line`ts":`, line`timestamp":`, line`@timestamp":`, line`pid":`, line`hostname":`, line`msg":"`)}${skip('rest')}`,
    line`{"level":${level},${skip()},"msg":"${skip('rest')}`,
    line`{"level":"${word('log.level')}","time":${either(time('@timestamp', 'epoch_ms'), line`"${time('@timestamp', 'iso')}"`)},"pid":${int('process.pid')},"hostname":"${skip('rest')}`,
  ),
  samples: [
    '{"level":30,"time":1773129600123,"pid":7,"hostname":"shop","msg":"listening"}',
    '{"level":30,"ts":1773129600.123,"msg":"listening"}',
    '{"level":30,"timestamp":"2026-03-10T08:00:00.123Z","msg":"listening"}',
    '{"level":30,"@timestamp":"2026-03-10T08:00:00.123Z","msg":"listening"}',
    '{"level":30,"pid":7,"hostname":"shop","msg":"listening"}',
    '{"level":30,"hostname":"shop","msg":"listening"}',
    '{"level":30,"msg":"listening"}',
    '{"level":30,"service":"shop","msg":"listening"}',
    '{"level":"info","time":1773129600123,"pid":7,"hostname":"shop","msg":"listening"}',
    '{"level":"info","time":"2026-03-10T08:00:00.123Z","pid":7,"hostname":"shop","msg":"listening"}',
  ],
})

/**
 * pino: JSON lines, whatever its options made of them: times in any form or none, levels by number or name, with or
 * without base, errors under `err` or `error`, requests as its serialisers write them. Numbers of levels get the names pino
 * documents for them. Members under a `nestedKey` stay as they are.
 */
export const nodePino = json({
  name: 'node.pino',
  title: 'pino (Node.js)',
  url: 'https://getpino.io/#/docs/api',
  members: {
    '@timestamp': key(['time', 'ts', 'timestamp', '@timestamp'], 'date'),
    message: key(['msg', 'message'], 'text'),
    'process.pid': key('pid', 'long'),
    'host.hostname': key('hostname', 'keyword'),
    'log.logger': key('name', 'keyword'),
    'error.type': key(['err.type', 'error.type'], 'keyword'),
    'error.message': key(['err.message', 'error.message', 'err', 'error'], 'text'),
    'error.stack_trace': key(['err.stack', 'error.stack'], 'text'),
    'error.code': key(['err.code', 'error.code'], 'keyword'),
    'http.request.id': key(['reqId', 'req.id'], 'keyword'),
    'http.request.method': key('req.method', 'keyword'),
    'http.request.referrer': key(['req.headers.referer', 'req.headers.referrer'], 'keyword'),
    'user_agent.original': key('req.headers.user-agent', 'keyword'),
    'source.port': key('req.remotePort', 'long'),
    'http.response.status_code': key('res.statusCode', 'long'),
    'http.response.body.bytes': key('res.headers.content-length', 'long'),
    'event.duration': key('responseTime', 'long', { unit: 'ms' }),
  },
  lines: {
    level: line`${either(int('node.level'), text('log.level'))}`,
    'req.url': line`${url('url.original')}`,
    'req.remoteAddress': line`${address('source.address')}`,
  },
  derive: {
    'log.level': levelNames,
    'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
  },
  toldBy: told,
  moreGeneralThan: ['node.bunyan'],
  samples: [
    '{"level":30,"time":1773129600123,"pid":7,"hostname":"shop","msg":"listening","port":3000}',
    '{"level":"info","time":"2026-03-10T08:00:00.123Z","req":{"method":"GET","url":"/orders/7?page=2","remoteAddress":"203.0.113.7"},"res":{"statusCode":200},"responseTime":1.5,"msg":"request completed"}',
  ],
})
export type NodePino = Infer<typeof nodePino>
