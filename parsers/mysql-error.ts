import {
  blanks,
  grammar,
  type Infer,
  int,
  line,
  oneOf,
  oneOfWords,
  optional,
  or,
  rest,
  starts,
  time,
  word,
} from 'tailrace'

/** MySQL from 5.7 and MariaDB from 10.1 write whole dates, MariaDB with a blank before a single-digit hour. */
const dated = time('@timestamp', 'iso', 'yyyy-MM-dd H:mm:ss')
/** The server pads the hour with a blank, `mysqld_safe` with a zero. */
const short = time('@timestamp', 'yyMMdd HH:mm:ss', 'mysql')
const framing = starts([line`${dated} `, line`${short} `, line`${short}\t`])

/** MySQL 8: `[System] [MY-010116] [Server]`. */
const coded = grammar({
  name: 'mysql.error.coded',
  line: line`${dated} ${int('mysql.thread_id')} [${word('log.level')}] [${word('event.code')}] [${word('event.provider')}] ${rest('message')}`,
  framing,
  samples: [
    '2026-02-11T06:43:36.484123Z 0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld 8.4.3) starting as process 1',
    '2026-02-11T14:43:36.484123+08:00 7 [ERROR] [MY-012574] [InnoDB] Unable to lock ./ibdata1 error: 11',
  ],
})
/** MySQL 5.7, MariaDB: `0 [Note]`. */
const threaded = grammar({
  name: 'mysql.error.threaded',
  line: line`${dated} ${int('mysql.thread_id')} [${word('log.level')}] ${or('', rest('message'))}`,
  framing,
  samples: [
    "2026-02-11  6:43:36 0 [Note] mariadbd: ready for connections.\nVersion: '10.11.6-MariaDB'  socket: '/run/mysqld/mysqld.sock'  port: 3306  Debian 12",
    '2026-02-11T06:43:36.335060Z 139872 [Warning] Aborted connection 139872 to db: shop',
  ],
})
/** The script that a container begins with. */
const entrypoint = grammar({
  name: 'mysql.error.entrypoint',
  line: line`${dated} [${word('log.level')}] [${oneOfWords('event.provider', ['Entrypoint'])}]: ${rest('message')}`,
  framing,
  samples: ['2026-02-11 06:43:36+00:00 [Note] [Entrypoint]: Entrypoint script for MySQL Server 8.4.3-1.el9 started.'],
})
/** MySQL up to 5.5, and what InnoDB and signal handlers wrote themselves. */
const old = grammar({
  name: 'mysql.error.old',
  line: line`${short} ${optional(line`[${word('log.level')}] `)}${or('', rest('message'))}`,
  framing,
  samples: [
    '260211  6:43:36 [ERROR] mysqld got signal 11 ;\nThis could be because you hit a bug.',
    '260211 06:43:36 mysqld_safe Starting mysqld daemon with databases from /var/lib/mysql',
  ],
})
/** `mysqld_safe`, signal handlers and others that share the file: nothing in such a line says that it is MySQL's. */
const bare = grammar({
  name: 'mysql.error.bare',
  line: line`${dated} ${optional(line`UTC - `)}${or('', rest('message'))}`,
  framing,
  samples: [
    '2026-02-11T06:43:36Z UTC - mysqld got signal 6 ;',
    '2026-02-11T06:43:36.123456Z mysqld_safe mysqld from pid file /var/run/mysqld/mysqld.pid ended',
  ],
})
/** A line of the general log, where both go into one file. */
const general = grammar({
  name: 'mysql.error.general',
  line: line`${short}\t${blanks()}${int('mysql.thread_id')} ${or('', rest('message'))}`,
  framing,
  samples: ['260211  6:43:36\t    13 Query\tSELECT 1'],
})

const own = oneOf('mysql.error.own', coded, threaded, entrypoint, general, old)

/**
 * The error log of MySQL 5.1 to 9, Percona Server and MariaDB. A line that begins with no time (a version, a stack
 * trace, the rest of a statement) belongs to the record before.
 */
export const mysqlError = oneOf(
  {
    name: 'mysql.error',
    title: 'MySQL and MariaDB error log',
    url: 'https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html',
    framing,
    toldBy: own,
  },
  own,
  bare,
)
export type MysqlError = Infer<typeof mysqlError>
