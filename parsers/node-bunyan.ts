import { address, type Infer, json, key, line, rangesOf, url } from 'tailrace'
import { levelNames } from './node/levels.ts'

/** bunyan: JSON lines with a version (`v`) of 0, errors and requests as its serialisers write them. */
export const nodeBunyan = json({
  name: 'node.bunyan',
  title: 'bunyan (Node.js)',
  url: 'https://github.com/trentm/node-bunyan#core-fields',
  members: {
    '@timestamp': key('time', 'date', { required: true, layouts: ['iso'] }),
    'node.bunyan.version': key('v', 'keyword', { required: true, words: ['0'] }),
    'node.level': key('level', 'long', { required: true }),
    message: key('msg', 'text', { there: true }),
    'process.pid': key('pid', 'long'),
    'host.hostname': key('hostname', 'keyword'),
    'log.logger': key('name', 'keyword'),
    'log.origin.file.name': key('src.file', 'keyword'),
    'log.origin.file.line': key('src.line', 'long'),
    'log.origin.function': key('src.func', 'keyword'),
    'error.type': key('err.name', 'keyword'),
    'error.message': key('err.message', 'text'),
    'error.stack_trace': key('err.stack', 'text'),
    'error.code': key('err.code', 'keyword'),
    'http.request.id': key(['req_id', 'reqId', 'request_id'], 'keyword'),
    'http.request.method': key('req.method', 'keyword'),
    'http.request.referrer': key(['req.headers.referer', 'req.headers.referrer'], 'keyword'),
    'user_agent.original': key('req.headers.user-agent', 'keyword'),
    'source.port': key('req.remotePort', 'long'),
    'http.response.status_code': key('res.statusCode', 'long'),
  },
  lines: {
    'req.url': line`${url('url.original')}`,
    'req.remoteAddress': line`${address('source.address')}`,
  },
  derive: {
    'log.level': levelNames,
    'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure'),
  },
  samples: [
    '{"name":"shop","hostname":"web-1","pid":7,"level":30,"msg":"order paid","time":"2026-03-10T08:00:00.123Z","v":0}',
  ],
})
export type NodeBunyan = Infer<typeof nodeBunyan>
