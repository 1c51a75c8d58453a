import { follow, pipeline, redact, rule } from 'tailrace'
import { celeryLog } from '../parsers/celery-log.ts'
import { gunicornError } from '../parsers/gunicorn-error.ts'
import { jsonLog } from '../parsers/json.ts'
import { nodePino } from '../parsers/node-pino.ts'
import { pythonLog } from '../parsers/python-log.ts'
import { uvicornLog } from '../parsers/uvicorn-log.ts'

export const unusualErrors = rule({
  kind: 'anomaly',
  name: 'app-unusual-errors',
  title: { en: 'Applications log far more errors than this hour usually has', zh: '应用错误日志远多于该时段平时' },
  severity: 'P2',
  datasets: ['python.log', 'uvicorn.log', 'gunicorn.error', 'celery.log', 'node.pino', 'json'],
  where: 'log.level: (error or ERROR or fatal or CRITICAL)',
  metric: { kind: 'count' },
  direction: 'up',
  over: '5m',
  allowance: '30s',
  atLeast: 10,
})

/** Each file's first lines choose the parser. */
export default pipeline('app')
  .from(follow({ name: 'app', paths: ['./logs/**/*.log'] }))
  .parse(pythonLog, uvicornLog, gunicornError, celeryLog, nodePino, jsonLog)
  .through(redact())
  .watched(unusualErrors)
