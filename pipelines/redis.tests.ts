import { pipelineTest } from 'tailrace'
import redis from './redis.ts'

export default [
  pipelineTest(redis, {
    name: "a server's file is read as one",
    lines: [
      '1:M 27 Nov 2026 08:00:00.123 * Ready to accept connections',
      '1:M 27 Nov 2026 08:00:01.000 # Out of memory',
    ],
    documents: [
      { '@timestamp': '2026-11-27T08:00:00.123Z', 'event.dataset': 'redis.log', 'process.pid': 1 },
      { 'event.dataset': 'redis.log', message: 'Out of memory' },
    ],
    partial: true,
  }),
  pipelineTest(redis, {
    name: "a sentinel's file is read as one",
    lines: [
      '9:X 27 Nov 2026 08:00:00.123 # +sdown master mymaster 127.0.0.1 6379',
      '9:X 27 Nov 2026 08:00:00.200 # +odown master mymaster 127.0.0.1 6379 #quorum 2/2',
    ],
    documents: [{ 'event.dataset': 'redis.sentinel' }, { 'event.dataset': 'redis.sentinel' }],
    partial: true,
  }),
]
