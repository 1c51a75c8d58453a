import { pipelineTest } from 'tailrace'
import app from './app.ts'

export default [
  pipelineTest(app, {
    name: "a traceback of Python's logging stays with its record",
    lines: [
      '2026-11-27 08:00:00,123 - shop.pay - ERROR - payment failed',
      'Traceback (most recent call last):',
      '  File "/srv/pay.py", line 7, in pay',
      '    charge(order)',
      'ValueError: no such card',
      '2026-11-27 08:00:01,000 - shop.pay - INFO - payment done',
    ],
    documents: [
      { 'event.dataset': 'python.log', 'error.type': 'ValueError', 'error.message': 'no such card' },
      { 'event.dataset': 'python.log', message: 'payment done', 'error.type': null },
    ],
    partial: true,
  }),
  pipelineTest(app, {
    name: 'lines of pino are told by their first, and what they say of passwords is not kept',
    lines: [
      '{"level":30,"time":1795766400123,"pid":7,"hostname":"shop","msg":"listening","port":3000}',
      '{"level":50,"time":1795766401000,"pid":7,"hostname":"shop","msg":"login password=secret failed"}',
    ],
    documents: [
      { 'event.dataset': 'node.pino', '@timestamp': '2026-11-27T08:00:00.123Z', 'process.pid': 7 },
      { 'event.dataset': 'node.pino', message: 'login password=[redacted:password] failed' },
    ],
    partial: true,
  }),
]
