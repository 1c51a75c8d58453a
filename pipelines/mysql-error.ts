import { follow, pipeline, redact, templates } from 'tailrace'
import { mysqlError } from '../parsers/mysql-error.ts'

export default pipeline('mysql.error')
  .from(follow({ name: 'mysql.error', paths: ['/var/log/mysql/error.log'] }))
  .parse(mysqlError)
  .through(redact())
  .through(templates())
