import { pipelineTest } from 'tailrace'
import mysql from './mysql.ts'

const slow = (second: number, seconds: number, name: string): readonly string[] => [
  `# Time: 2026-11-27T08:00:${String(second).padStart(2, '0')}.000000Z`,
  '# User@Host: shop[shop] @ localhost []  Id:     8',
  `# Query_time: ${seconds}  Lock_time: 0.000010 Rows_sent: 1  Rows_examined: 1000`,
  `SELECT * FROM orders WHERE customer = '${name}' LIMIT 10;`,
]

export default [
  pipelineTest(mysql, {
    name: 'a statement is known by what stays of it without its values',
    lines: [...slow(0, 2.5, 'alice'), ...slow(1, 0.5, 'bob')],
    documents: [
      {
        '@timestamp': '2026-11-27T08:00:00.000000Z',
        'event.duration': 2_500_000_000,
        'mysql.slowlog.fingerprint': 'select * from orders where customer = ? limit ?',
        'user.name': 'shop',
      },
      {
        'event.duration': 500_000_000,
        'mysql.slowlog.fingerprint': 'select * from orders where customer = ? limit ?',
      },
    ],
    partial: true,
  }),
  pipelineTest(mysql, {
    name: 'a kind of statement that takes two seconds on average fires once it ran three times',
    lines: [...slow(0, 1, 'alice'), ...slow(1, 2, 'bob'), ...slow(2, 3, 'carol')],
    alerts: [{ rule: 'mysql-slow-queries', state: 'firing', value: 2_000_000_000 }],
  }),
  pipelineTest(mysql, {
    name: 'two runs are not enough',
    lines: [...slow(0, 9, 'alice'), ...slow(1, 9, 'bob')],
    alerts: [],
  }),
]
