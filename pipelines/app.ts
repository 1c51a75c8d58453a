import { follow, pipeline, redact, rule, templates } from 'tailrace'
import { celeryLog } from '../parsers/celery-log.ts'
import { goLog } from '../parsers/go-log.ts'
import { gunicornError } from '../parsers/gunicorn-error.ts'
import { javaLogback } from '../parsers/java-logback.ts'
import { jsonLog } from '../parsers/json.ts'
import { logfmt } from '../parsers/logfmt.ts'
import { nodeBunyan } from '../parsers/node-bunyan.ts'
import { nodePino } from '../parsers/node-pino.ts'
import { nodeWinston } from '../parsers/node-winston.ts'
import { pythonLog } from '../parsers/python-log.ts'
import { shopEvent } from '../parsers/shop-event.ts'
import { uvicornLog } from '../parsers/uvicorn-log.ts'

export const unusualErrors = rule({
  kind: 'anomaly',
  name: 'app-unusual-errors',
  title: { en: 'Applications log far more errors than this hour usually has', zh: '应用错误日志远多于该时段平时' },
  severity: 'P2',
  datasets: [
    ...['python.log', 'uvicorn.log', 'gunicorn.error', 'celery.log', 'node.pino', 'node.winston', 'node.bunyan'],
    ...['java.logback', 'go.log', 'logfmt', 'json'],
  ],
  where: 'log.level: (error or ERROR or fatal or FATAL or critical or CRITICAL or panic)',
  metric: { kind: 'count' },
  direction: 'up',
  over: '5m',
  allowance: '30s',
  atLeast: 10,
})

const business = { kind: 'threshold', datasets: ['shop.event'], over: '5m', allowance: '10s', atLeast: 5 } as const

export const failedPayments = rule({
  ...business,
  name: 'shop-payments-fail',
  title: { en: 'Too many payments do not succeed', zh: '支付成功率过低' },
  about: 'Look at the callbacks of the gateway, and settle by hand what ended unknown.',
  severity: 'P0',
  where: 'event.action: payment',
  share: 'not event.outcome: success',
  above: 0.2,
})
export const failedOrders = rule({
  ...business,
  name: 'shop-orders-fail',
  title: { en: 'Too many orders cannot be made', zh: '订单创建成功率过低' },
  severity: 'P1',
  where: 'event.action: order.created',
  share: 'not event.outcome: success',
  above: 0.2,
})
export const wrongStock = rule({
  ...business,
  name: 'shop-stock-differs',
  title: { en: 'Stock is not deducted as ordered', zh: '库存扣减与订单不符' },
  severity: 'P2',
  where: 'event.action: stock.deducted',
  share: 'event.outcome: failure',
  above: 0.05,
})

/** Each file's first lines choose the parser. */
export default pipeline('app')
  .from(follow({ name: 'app', paths: ['./logs/**/*.log'] }))
  .parse(
    pythonLog,
    uvicornLog,
    gunicornError,
    celeryLog,
    nodePino,
    nodeWinston,
    nodeBunyan,
    javaLogback,
    goLog,
    shopEvent,
    logfmt,
    jsonLog,
  )
  .through(redact())
  .through(templates())
  .watched(unusualErrors, failedPayments, failedOrders, wrongStock)
