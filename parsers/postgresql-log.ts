import { type Infer, line, oneOf, starts, time } from 'tailrace'
import { csvStart, postgresqlCsv } from './postgresql/csv.ts'
import { postgresqlJson } from './postgresql/json.ts'
import { postgresqlBare, postgresqlLines } from './postgresql/lines.ts'
import { layout, severity } from './postgresql/said.ts'

const at = time('@timestamp', layout)
const framing = starts([line`${at}`, line`< ${at} >`, line`${severity}:  `, line`{"timestamp":"`], { raw: [csvStart] })
const own = oneOf({ name: 'postgresql.log.own', framing }, postgresqlLines, postgresqlCsv, postgresqlJson)

/**
 * PostgreSQL's log: lines with the prefixes that are met, csvlog and jsonlog. Each `DETAIL`, `HINT` or `STATEMENT` is a
 * record, as the server writes it; further lines of one belong to it.
 */
export const postgresqlLog = oneOf(
  {
    name: 'postgresql.log',
    title: 'PostgreSQL',
    url: 'https://www.postgresql.org/docs/current/runtime-config-logging.html',
    framing,
    toldBy: own,
  },
  own,
  postgresqlBare,
)
export type PostgresqlLog = Infer<typeof postgresqlLog>
