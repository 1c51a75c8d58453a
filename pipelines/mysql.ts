import { follow, pipeline, queryFingerprint, redact, rule } from 'tailrace'
import { mysqlSlowlog } from '../parsers/mysql-slowlog.ts'

export const slowQueries = rule({
  kind: 'slow_query',
  name: 'mysql-slow-queries',
  title: { en: 'A statement takes long', zh: '有语句执行过慢' },
  about: 'The mean time of one kind of statement reached two seconds.',
  severity: 'P2',
  datasets: ['mysql.slowlog'],
  slowerThan: '2s',
  atLeast: 3,
  over: '5m',
  allowance: '30s',
})

export default pipeline('mysql.slowlog')
  .from(follow({ name: 'mysql.slowlog', paths: ['/var/log/mysql/*slow*.log'] }))
  .parse(mysqlSlowlog)
  .through(queryFingerprint())
  .through(redact())
  .watched(slowQueries)
