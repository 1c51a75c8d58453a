import { type Infer, json, key, rangesOf } from 'tailrace'

/** pino: JSON lines with numbered levels and epoch milliseconds. The level is given by the name pino documents for it. */
export const nodePino = json({
  name: 'node.pino',
  title: 'pino (Node.js)',
  url: 'https://getpino.io/#/docs/api',
  members: {
    '@timestamp': key('time', 'date', { required: true, layouts: ['epoch_ms', 'iso'] }),
    'node.level': key('level', 'long', { required: true }),
    message: key('msg', 'text'),
    'process.pid': key('pid', 'long', { required: true }),
    'host.hostname': key('hostname', 'keyword'),
    'log.logger': key('name', 'keyword'),
    'error.type': key('err.type', 'keyword'),
    'error.message': key('err.message', 'text'),
    'error.stack_trace': key('err.stack', 'text'),
  },
  derive: {
    'log.level': rangesOf(
      'node.level',
      [
        [20, 'trace'],
        [30, 'debug'],
        [40, 'info'],
        [50, 'warn'],
        [60, 'error'],
      ],
      'fatal',
    ),
  },
  samples: ['{"level":30,"time":1773129600123,"pid":7,"hostname":"shop","msg":"listening","port":3000}'],
})
export type NodePino = Infer<typeof nodePino>
