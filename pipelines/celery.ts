import { follow, pipeline, redact, templates } from 'tailrace'
import { celeryLog } from '../parsers/celery-log.ts'

export default pipeline('celery')
  .from(follow({ name: 'celery', paths: ['/var/log/celery/*.log'] }))
  .parse(celeryLog)
  .through(redact())
  .through(templates())
