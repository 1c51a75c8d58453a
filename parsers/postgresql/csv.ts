import { copy, csv, grammar, host, int, line, oneOfWords, optional, or, text, time, unlessSet, word } from 'tailrace'
import { layout, said, severity, stamp } from './said.ts'
import { sqlStates } from './sql-states.ts'

const keyword = <const N extends `postgresql.log.${string}`>(name: N) => csv(or('', text(name as never)))
const number = (name: `postgresql.log.${string}`) => csv(or('', int(name as never)))
/** A client's address and port, or `[local]`. */
const client = csv(
  or(
    ['', '[local]'],
    host('source.address', { port: 'source.port', ip: 'source.ip', domain: 'source.domain', sure: true }),
  ),
)

const head = line`${stamp},${csv(or('', text('user.name')))},${csv(or('', text('postgresql.log.database')))},${int('process.pid')},${client},${word('postgresql.log.session_id')},${int('postgresql.log.session_line_number')},${keyword('postgresql.log.command_tag')},${time('postgresql.log.session_start_time', layout)},${or('', word('postgresql.log.virtual_transaction_id'))},${int('postgresql.log.transaction_id')},${severity},${oneOfWords('postgresql.log.sql_state_code', sqlStates)}`

/**
 * A message is never empty, and text in it that is made to look like a record has its quotes doubled: behind the one that
 * begins the message there is an even number of them only where the server wrote it.
 */
export const csvStart = line`${head},"${optional(line`""`)}${optional(line`""`)}${text('message')}${optional(line`"`)}`

/** https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG */
export const postgresqlCsv = grammar({
  name: 'postgresql.log.csv',
  line: line`${head},${csv(said)}${optional(line`,${keyword('postgresql.log.detail')},${keyword('postgresql.log.hint')},${keyword('postgresql.log.internal_query')},${number('postgresql.log.internal_query_pos')},${keyword('postgresql.log.context')},${csv(or('', unlessSet(text('postgresql.log.query'))))},${number('postgresql.log.query_pos')},${keyword('postgresql.log.location')},${keyword('postgresql.log.application_name')}${optional(line`,${keyword('postgresql.log.backend_type')}${optional(line`,${number('postgresql.log.leader_pid')},${number('postgresql.log.query_id')}`)}`)}`)}`,
  derive: { 'postgresql.log.client_addr': copy('source.address'), 'postgresql.log.client_port': copy('source.port') },
  samples: [
    '2026-11-23 12:34:56.789 UTC,"alice","shop",7,"192.0.2.7:50022",5ff25ea4.36,6,"SELECT",2026-11-23 12:30:00 UTC,3/0,0,LOG,00000,"duration: 2.000 ms  statement: select \'a\',\n  ""b""",,,,,,,,,"psql"',
    '2026-11-23 12:34:56.789 UTC,,,7,,5ff25ea4.36,6,,2026-11-23 12:30:00 UTC,,0,LOG,00000,"listening on IPv6 address ""::"", port 5432",,,,,,,,,"","postmaster"',
    '2026-11-23 12:34:56.789 UTC,"alice","shop",7,"[local]",5ff25ea4.36,6,"SELECT",2026-11-23 12:30:00 UTC,3/0,0,ERROR,22012,"division by zero",,,,,,"select 1/0",,,"psql","client backend",,0',
    '2026-11-23 12:34:56.789 UTC,"alice","shop",7,"[local]",5ff25ea4.36,6,"SELECT",2026-11-23 12:30:00 UTC,3/0,0,LOG,00000,"duration: 2.000 ms  bind s1: select $1","parameters: $1 = \'7\'",,,,,,,,"psql","client backend",,0',
    '2026-11-23 12:34:56.789 UTC,"alice","shop",7,"[local]",5ff25ea4.36,6,"SELECT",2026-11-23 12:30:00 UTC,3/0,0,LOG,00000,"duration: 2.000 ms  plan:\nQuery Text: select 1",,,,,,,,,"psql","client backend",,0',
    '2026-11-23 12:34:56.789 UTC,"alice","shop",7,"[local]",5ff25ea4.36,6,"idle",2026-11-23 12:30:00 UTC,3/0,0,LOG,00000,"statement: select 1",,,,,,,,,"psql","client backend",,0',
    '2026-11-23 12:34:56.789 UTC,"alice","shop",7,"[local]",5ff25ea4.36,6,"idle",2026-11-23 12:30:00 UTC,3/0,0,LOG,00000,"execute <unnamed>: select 1",,,,,,,,,"psql","client backend",,0',
    '2026-11-23 12:34:56.789 UTC,,,7,"[local]",5ff25ea4.36,1,"",2026-11-23 12:30:00 UTC,,0,LOG,00000,"connection received: host=[local]",,,,,,,,,"","not initialized",,0',
  ],
})
