import {
  again,
  blanks,
  bool,
  duration,
  grammar,
  type Infer,
  int,
  line,
  number,
  oneOf,
  optional,
  or,
  pairs,
  record,
  rest,
  starts,
  text,
  time,
  word,
} from 'tailrace'

const yes = { true: 'Yes', false: 'No' } as const

const framing = starts([line`# Time: `, line`# User@Host: `], {
  loose: [line`${text('process.name')}, Version: `],
  body: {
    header: ['# User@Host: ', '# Thread_id: ', '# Schema: ', '# Query_time: ', '# Rows_affected: '],
    quotes: [{ mark: "'", escape: '\\' }, { mark: '"', escape: '\\' }, { mark: '`' }],
    comments: [
      ['/*', '*/'],
      ['-- ', '\n'],
      ['#', '\n'],
    ],
    end: ';',
  },
})

/**
 * Slow query log of MySQL 5.6 to 8.4, Percona Server and MariaDB: header lines, then the statement with everything
 * that belongs to it. A header inside a string or comment of a statement is text of that statement.
 */
const entry = grammar({
  name: 'mysql.slowlog.entry',
  title: 'MySQL, Percona and MariaDB slow query log',
  url: 'https://dev.mysql.com/doc/refman/8.4/en/slow-query-log.html',
  line: record(
    optional(line`# Time: ${time('@timestamp', 'mysql', 'iso')}`),
    line`# User@Host: ${or('', text('user.name'))}[${or('', text('mysql.slowlog.current_user'))}] @ ${or('', text('source.domain'))} [${or('', text('source.address'))}]${optional(line`${blanks()}Id:${blanks()}${int('mysql.thread_id')}`)}`,
    optional(
      line`# Thread_id: ${again(int('mysql.thread_id'))}  ${pairs({ Schema: or('', word('mysql.slowlog.schema')), QC_hit: bool('mysql.slowlog.query_cache_hit', yes) })}`,
    ),
    optional(
      line`# Schema: ${again(or('', word('mysql.slowlog.schema')))}  ${pairs({ Last_errno: int('mysql.slowlog.last_errno'), Killed: word('mysql.slowlog.killed') })}`,
    ),
    line`# Query_time: ${duration('event.duration', 's')}${blanks()}${pairs({
      Lock_time: number('mysql.slowlog.lock_time.sec'),
      Rows_sent: int('mysql.slowlog.rows_sent'),
      Rows_examined: int('mysql.slowlog.rows_examined'),
      Errno: again(int('mysql.slowlog.last_errno')),
      Bytes_received: int('mysql.slowlog.bytes_received'),
    })}`,
    optional(
      line`# Rows_affected: ${int('mysql.slowlog.rows_affected')}  ${pairs({ Bytes_sent: int('mysql.slowlog.bytes_sent') })}`,
    ),
    optional(
      line`# Full_scan: ${bool('mysql.slowlog.full_scan', yes)}  ${pairs({
        Full_join: bool('mysql.slowlog.full_join', yes),
        Tmp_table: bool('mysql.slowlog.tmp_table', yes),
        Tmp_table_on_disk: bool('mysql.slowlog.tmp_table_on_disk', yes),
      })}`,
    ),
    optional(
      line`# Filesort: ${bool('mysql.slowlog.filesort', yes)}  ${pairs({
        Filesort_on_disk: bool('mysql.slowlog.filesort_on_disk', yes),
        Merge_passes: int('mysql.slowlog.merge_passes'),
        Priority_queue: bool('mysql.slowlog.priority_queue', yes),
      })}`,
    ),
    optional(line`use ${again(word('mysql.slowlog.schema'))};`),
    optional(line`SET timestamp=${again(time('@timestamp', 'epoch_s'))};`),
    line`${rest('mysql.slowlog.query')}`,
  ),
  framing,
  samples: [
    '# Time: 2026-03-10T08:00:00.123456Z\n# User@Host: shop[shop] @ localhost []  Id:     8\n# Query_time: 2.000123  Lock_time: 0.000010 Rows_sent: 1  Rows_examined: 1000\nuse shop;\nSET timestamp=1773129600;\nSELECT SLEEP(2);',
    '# Time: 260310  8:00:00\n# User@Host: shop[shop] @ app [10.0.0.5]\n# Thread_id: 31  Schema: shop  QC_hit: No\n# Query_time: 1.5  Lock_time: 0.1  Rows_sent: 1  Rows_examined: 7\n# Rows_affected: 0  Bytes_sent: 57\n# Full_scan: Yes  Full_join: No  Tmp_table: No  Tmp_table_on_disk: No\n# Filesort: No  Filesort_on_disk: No  Merge_passes: 0  Priority_queue: No\nSET timestamp=1773129600;\nSELECT 1;',
    '# User@Host: shop[shop] @  [10.0.0.5]  Id: 9\n# Schema: shop  Last_errno: 0  Killed: 0\n# Query_time: 0.5  Lock_time: 0  Rows_sent: 0  Rows_examined: 0\nDELETE FROM cart;',
  ],
})
/** What the server writes when it opens the log: its name and version, its ports, the heads of the columns. */
const banner = grammar({
  name: 'mysql.slowlog.banner',
  line: line`${text('process.name')}, Version: ${rest('message')}`,
  framing,
  samples: [
    '/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:\nTcp port: 3306  Unix socket: /run/mysqld.sock\nTime                 Id Command    Argument',
  ],
})

export const mysqlSlowlog = oneOf(
  {
    name: 'mysql.slowlog',
    title: 'MySQL, Percona and MariaDB slow query log',
    url: 'https://dev.mysql.com/doc/refman/8.4/en/slow-query-log.html',
    framing,
  },
  entry,
  banner,
)
export type MysqlSlowlog = Infer<typeof mysqlSlowlog>
