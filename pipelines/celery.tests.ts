import { pipelineTest } from 'tailrace'
import celery from './celery.ts'

export default [
  pipelineTest(celery, {
    name: 'a task is told with its state and how long it took',
    lines: [
      '[2026-11-27 08:00:00,123: INFO/MainProcess] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] received',
      "[2026-11-27 08:00:01,123: INFO/ForkPoolWorker-1] Task shop.pay[84dacec0-3bce-480c-aabe-fe6fd67bc94b] succeeded in 0.5s: {'order': 7}",
    ],
    documents: [
      { '@timestamp': '2026-11-27T08:00:00.123Z', 'celery.task.id': '84dacec0-3bce-480c-aabe-fe6fd67bc94b' },
      { 'celery.task.state': 'SUCCESS', 'event.duration': 500_000_000, 'event.outcome': 'success' },
    ],
    partial: true,
  }),
]
