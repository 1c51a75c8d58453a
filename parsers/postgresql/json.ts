import { address, json, key, line, or } from 'tailrace'
import { layout, said, stamp } from './said.ts'

const own = (name: string) => key(name, 'keyword')

/** https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-JSONLOG */
export const postgresqlJson = json({
  name: 'postgresql.log.json',
  members: {
    'log.level': key('error_severity', 'keyword', { required: true }),
    'user.name': own('user'),
    'process.pid': key('pid', 'long', { required: true }),
    'source.port': key('remote_port', 'long'),
    'postgresql.log.database': own('dbname'),
    'postgresql.log.session_id': key('session_id', 'keyword', { required: true }),
    'postgresql.log.session_line_number': key('line_num', 'long'),
    'postgresql.log.session_start_time': key('session_start', 'date', { layouts: [layout] }),
    'postgresql.log.command_tag': own('ps'),
    'postgresql.log.virtual_transaction_id': own('vxid'),
    'postgresql.log.transaction_id': key('txid', 'long'),
    'postgresql.log.sql_state_code': own('state_code'),
    'postgresql.log.detail': own('detail'),
    'postgresql.log.hint': own('hint'),
    'postgresql.log.internal_query': own('internal_query'),
    'postgresql.log.internal_query_pos': key('internal_position', 'long'),
    'postgresql.log.context': own('context'),
    'postgresql.log.statement': own('statement'),
    'postgresql.log.query_pos': key('cursor_position', 'long'),
    'log.origin.function': own('func_name'),
    'log.origin.file.name': own('file_name'),
    'log.origin.file.line': key('file_line_num', 'long'),
    'postgresql.log.application_name': own('application_name'),
    'postgresql.log.backend_type': own('backend_type'),
    'postgresql.log.leader_pid': key('leader_pid', 'long'),
    'postgresql.log.query_id': key('query_id', 'long'),
  },
  lines: {
    timestamp: line`${stamp}`,
    message: said,
    remote_host: line`${or('[local]', address('source.address'))}`,
  },
  samples: [
    '{"timestamp":"2026-11-23 12:34:56.789 UTC","user":"alice","dbname":"shop","pid":7,"remote_host":"192.0.2.7","remote_port":50022,"session_id":"5ff25ea4.36","line_num":6,"ps":"SELECT","session_start":"2026-11-23 12:30:00 UTC","vxid":"3/0","txid":0,"error_severity":"LOG","message":"duration: 2.000 ms  statement: select \'a\',\\n  \\"b\\"","application_name":"psql","backend_type":"client backend","query_id":0}',
  ],
})
