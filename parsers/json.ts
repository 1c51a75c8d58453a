import { type Infer, json, key } from 'tailrace'

/** One JSON object a line, with the names that loggers commonly use and those of ECS; the rest is kept as it is. */
export const jsonLog = json({
  name: 'json',
  title: 'JSON lines, ECS among them',
  url: 'https://www.elastic.co/docs/reference/ecs/logging/intro',
  members: {
    '@timestamp': key(['@timestamp', 'timestamp', 'time', 'ts', 'asctime'], 'date'),
    'log.level': key(['log.level', 'level', 'levelname', 'severity'], 'keyword'),
    message: key(['message', 'msg', 'event'], 'text'),
    'log.logger': key(['log.logger', 'logger', 'name'], 'keyword'),
    'process.pid': key(['process.pid', 'pid', 'process'], 'long'),
    'process.thread.name': key(['process.thread.name', 'threadName'], 'keyword'),
    'host.hostname': key(['host.hostname', 'hostname'], 'keyword'),
    'service.name': key(['service.name', 'service'], 'keyword'),
    'error.type': key(['error.type'], 'keyword'),
    'error.message': key(['error.message'], 'text'),
    'error.stack_trace': key(['error.stack_trace', 'exc_info', 'exception', 'stack_info'], 'text'),
    'log.origin.file.name': key(['log.origin.file.name', 'filename'], 'keyword'),
    'log.origin.file.line': key(['log.origin.file.line', 'lineno'], 'long'),
    'log.origin.function': key(['log.origin.function', 'funcName'], 'keyword'),
    'trace.id': key(['trace.id', 'trace_id'], 'keyword'),
    'span.id': key(['span.id', 'span_id'], 'keyword'),
    'user.id': key(['user.id', 'user_id'], 'keyword'),
    'user.name': key('user.name', 'keyword'),
    'ecs.version': key('ecs.version', 'keyword'),
  },
  moreGeneralThan: ['node.pino'],
  samples: ['{"@timestamp":"2026-03-10T08:00:00.123Z","log.level":"info","message":"listening","ecs.version":"1.6.0"}'],
})
export type JsonLog = Infer<typeof jsonLog>
