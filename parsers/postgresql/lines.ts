import { blanks, either, grammar, line, oneOfWords, optional, skip, whole } from 'tailrace'
import { linePrefix } from './prefix.ts'
import { said, severity } from './said.ts'
import { sqlStates } from './sql-states.ts'

/**
 * Prefixes that are met: of pgBadger's manual, Cloud SQL, RDS, Azure, Debian (today's, which reads the server's own default too,
 * and that of before), Red Hat, and bare times. What one begins with comes after what goes on from there.
 */
const prefix = either(
  linePrefix('%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h '),
  linePrefix('%t [%p]: [%l-1] user=%u,db=%d,client=%h '),
  linePrefix('%t [%p]: user=%u,db=%d,app=%a,client=%h '),
  linePrefix('%t [%p]: [%l-1] db=%d,user=%u '),
  linePrefix('%t [%p]: [%l-1] user=%u,db=%d '),
  linePrefix('%t [%p]: [%l-1] '),
  linePrefix('%t [%p]: '),
  linePrefix('%t [%p-%l] %q%u@%d '),
  linePrefix('%t:%r:%u@%d:[%p]:'),
  linePrefix('%t-%c-'),
  line`${linePrefix('%t [%p] ')}${optional(either(linePrefix('[user=%u,db=%d,app=%a] '), linePrefix('%u@%d ')))}`,
  line`${linePrefix('< %t >')}${optional(line` `)}`,
  linePrefix('%t '),
)

/** `log_error_verbosity = verbose` puts a code before what is said. */
const told = line`${severity}:${blanks()}${optional(line`${oneOfWords('postgresql.log.sql_state_code', sqlStates)}: `)}${said}`

/** The log of the collector, or of standard error. */
export const postgresqlLines = grammar({
  name: 'postgresql.log.lines',
  line: line`${prefix}${told}`,
  samples: [
    '2026-11-23 12:34:56.789 CET [7] LOG:  database system is ready to accept connections',
    '2026-11-23 12:34:56.789 CET [7] alice@shop ERROR:  22012: division by zero',
    '2026-11-23 12:34:56.789 CET [7] [unknown]@[unknown] LOG:  incomplete startup packet',
    '2026-11-23 12:34:56.789 UTC [7] alice@shop LOG:  duration: 2.000 ms  statement: select 1;\n\tselect 2',
    '2026-11-23 12:34:56.789 UTC [7] alice@shop LOG:  duration: 2.000 ms  execute s1: select $1',
    '2026-11-23 12:34:56.789 UTC [7] alice@shop LOG:  duration: 2.000 ms  plan:\n\tQuery Text: select 1\n\tResult  (cost=0.00..0.01 rows=1 width=4)',
    '2026-11-23 12:34:56.789 UTC [7] alice@shop LOG:  duration: 2.000 ms',
    '2026-11-23 12:34:56.789 UTC [7] alice@shop LOG:  statement: select 1',
    '2026-11-23 12:34:56.789 UTC [7] alice@shop LOG:  execute <unnamed>: select 1',
    '2026-11-23 12:34:56.789 UTC [7] LOG:  connection received: host=[local]',
    '2026-11-23 12:34:56.789 +03 [7] [user=alice,db=shop,app=psql] DETAIL:  Key (id)=(1) already exists.',
    '2026-11-23 12:34:56.789 +03 [7] [user=[unknown],db=[unknown],app=[unknown]] LOG:  incomplete startup packet',
    '2026-11-23 12:34:56 UTC [7-1] alice@shop STATEMENT:  select 1/0',
    '2026-11-23 12:34:56 UTC [7-1] [unknown]@[unknown] LOG:  incomplete startup packet',
    '2026-11-23 12:34:56 UTC [7]: [3-1] user=alice,db=shop,app=psql,client=192.0.2.7 LOG:  statement: select 1',
    '2026-11-23 12:34:56 UTC [7]: [3-1] user=[unknown],db=[unknown],app=[unknown],client=192.0.2.7 LOG:  incomplete startup packet',
    '2026-11-23 12:34:56 UTC [7]: [3-1] user=alice,db=shop,client=192.0.2.7 LOG:  statement: select 1',
    '2026-11-23 12:34:56 UTC [7]: [3-1] user=[unknown],db=[unknown],client=192.0.2.7 LOG:  incomplete startup packet',
    '2026-11-23 12:34:56 UTC [7]: user=alice,db=shop,app=psql,client=[local] LOG:  statement: select 1',
    '2026-11-23 12:34:56 UTC [7]: user=[unknown],db=[unknown],app=[unknown],client=192.0.2.7 LOG:  incomplete startup packet',
    '2026-11-23 12:34:56.789 UTC [7]: [3-1] db=shop,user=alice LOG:  statement: select 1',
    '2026-11-23 12:34:56.789 UTC [7]: [3-1] db=[unknown],user=[unknown] LOG:  incomplete startup packet',
    '2026-11-23 12:34:56 UTC [7]: [3-1] user=alice,db=shop LOG:  statement: select 1',
    '2026-11-23 12:34:56 UTC [7]: [3-1] user=[unknown],db=[unknown] LOG:  incomplete startup packet',
    '2026-11-23 12:34:56 UTC [7]: [3-1] LOG:  checkpoint starting: time',
    '2026-11-23 12:34:56 UTC [7]: LOG:  checkpoint starting: time',
    '2026-11-23 12:34:56 UTC-6741e3b0.7-LOG:  checkpoint starting: time',
    '2026-11-23 12:34:56 UTC:192.0.2.7(50022):alice@shop:[7]:LOG:  statement: select 1',
    '2026-11-23 12:34:56 UTC:[local]:[unknown]@[unknown]:[7]:LOG:  incomplete startup packet',
    '< 2026-11-23 12:34:56.789 UTC >LOG:  database system is ready to accept connections',
    '< 2026-11-23 12:34:56.789 UTC > LOG:  database system is ready to accept connections',
    '2026-11-23 12:34:56 UTC HINT:  Consider increasing the configuration parameter "max_wal_size".',
  ],
})

/** Before the settings are read, and where the prefix is empty: nothing in such a line says that it is PostgreSQL's. */
export const postgresqlBare = grammar({
  name: 'postgresql.log.bare',
  line: line`${severity}:  ${whole('message', skip('rest'))}`,
  samples: ['LOG:  ending log output to stderr'],
})
