import { everyField, type Infer, json, key, withTrace } from 'tailrace'
import { pythonTrace } from './python/trace.ts'

/**
 * One JSON object a line: documents of ECS loggers under their own names and types, nested or dotted, and the names that
 * other loggers use (structlog, python-json-logger, zap, Monolog, Serilog, …). The rest is kept as it is.
 */
export const jsonLog = json({
  name: 'json',
  title: 'JSON lines, ECS among them',
  url: 'https://www.elastic.co/docs/reference/ecs/logging/intro',
  members: {
    ...everyField(),
    '@timestamp': key(
      ['@timestamp', 'timestamp', 'time', 'ts', 'asctime', 'datetime', '@t', 'Timestamp', 'date', 't.$date'],
      'date',
    ),
    'log.level': key(['log.level', 'level_name', 'level', 'levelname', 'severity', '@l', 'Level', 'lvl'], 'keyword'),
    message: key(['message', 'msg', 'event', '@m', '@mt', 'RenderedMessage', 'MessageTemplate'], 'text'),
    'log.logger': key(['log.logger', 'logger', 'name', 'logger_name', 'channel'], 'keyword'),
    'process.pid': key(['process.pid', 'pid', 'process'], 'long'),
    'process.thread.name': key(['process.thread.name', 'threadName'], 'keyword'),
    'process.name': key(['process.name', 'processName'], 'keyword'),
    'host.hostname': key(['host.hostname', 'hostname'], 'keyword'),
    'service.name': key(['service.name', 'service'], 'keyword'),
    'error.stack_trace': key(['error.stack_trace', 'stack_info', 'stacktrace', '@x', 'Exception'], 'text'),
    'log.origin.file.name': key(['log.origin.file.name', 'filename'], 'keyword'),
    'log.origin.file.line': key(['log.origin.file.line', 'lineno'], 'long'),
    'log.origin.function': key(['log.origin.function', 'funcName'], 'keyword'),
    'trace.id': key(['trace.id', 'trace_id'], 'keyword'),
    'span.id': key(['span.id', 'span_id'], 'keyword'),
    'user.id': key(['user.id', 'user_id'], 'keyword'),
  },
  lines: {
    exc_info: withTrace('error.stack_trace', pythonTrace),
    exception: withTrace('error.stack_trace', pythonTrace),
  },
  moreGeneralThan: [
    'node.pino',
    'go.log',
    'shop.event',
    'python.log',
    'browser',
    'miniprogram',
    'traefik.access',
    'node.bunyan',
    'node.winston',
    'java.logback',
    'postgresql.log',
    'journald',
  ],
  samples: ['{"@timestamp":"2026-03-10T08:00:00.123Z","log.level":"info","message":"listening","ecs.version":"1.6.0"}'],
})
export type JsonLog = Infer<typeof jsonLog>
