import { address, comparedWith, type Infer, json, key, line } from 'tailrace'

const actions = ['order.created', 'payment', 'stock.deducted', 'coupon.issued', 'coupon.redeemed'] as const

/**
 * What happens in the shop's business: a contract that a back end follows. One JSON object a line, written when it is
 * known how it ended:
 *
 *     {"time":"2026-03-10T08:00:00.123+08:00","event":"order.created","outcome":"success","channel":"miniprogram",
 *      "order":{"id":"1843","amount":99.50,"items":3},"currency":"CNY","user":{"id":"u7"}}
 *     {"time":…,"event":"order.created","outcome":"failure","reason":"out_of_stock","order":{"id":"1844","amount":12}}
 *     {"time":…,"event":"payment","outcome":"success","order":{"id":"1843"},
 *      "payment":{"id":"p-9","method":"wechat","amount":99.50},"duration_ms":240}
 *     {"time":…,"event":"stock.deducted","order":{"id":"1843"},"stock":{"sku":"tea-7","ordered":3,"deducted":3,"left":40}}
 *     {"time":…,"event":"coupon.issued","coupon":{"id":"c-1","campaign":"spring","amount":10},"user":{"id":"u7"}}
 *     {"time":…,"event":"coupon.redeemed","outcome":"success","coupon":{"id":"c-1","campaign":"spring"},"order":{"id":"1843"}}
 *
 * - A try that failed is written too, with `outcome` `failure` and a short `reason`: shares are counted from these lines.
 *   `unknown` is what a payment is whose gateway never answered.
 * - One line an article for `stock.deducted`. Its outcome is `success` where as much was deducted as ordered, else `failure`.
 * - Ids are texts or whole numbers of any length; amounts are decimals in the unit of `currency` (99.50 yuan, not fen).
 * - `time` has a zone, or is milliseconds since 1970.
 *
 * So the shares the shop asks for are `event.outcome` by `event.action`, and coupons redeemed among those issued are two
 * counts. What else a line says is kept under `json`. A line that lacks something is refused with the names of all it lacks.
 */
export const shopEvent = json({
  name: 'shop.event',
  title: "The shop's business events",
  members: {
    '@timestamp': key(['time', '@timestamp', 'timestamp', 'ts'], 'date', { required: true }),
    'event.action': key(['event', 'event.action', 'action'], 'keyword', { required: true, words: actions }),
    'event.outcome': key(['outcome', 'event.outcome'], 'keyword', { words: ['success', 'failure', 'unknown'] }),
    'event.reason': key(['reason', 'event.reason'], 'keyword'),
    'event.duration': key('duration_ms', 'long', { unit: 'ms' }),
    'shop.order.id': key(['order.id', 'order_id', 'shop.order.id'], 'keyword'),
    'shop.order.amount': key(['order.amount', 'shop.order.amount'], 'double'),
    'shop.order.items': key(['order.items', 'shop.order.items'], 'long'),
    'shop.currency': key(['currency', 'shop.currency'], 'keyword'),
    'shop.payment.id': key(['payment.id', 'payment_id', 'shop.payment.id'], 'keyword'),
    'shop.payment.method': key(['payment.method', 'shop.payment.method'], 'keyword'),
    'shop.payment.amount': key(['payment.amount', 'shop.payment.amount'], 'double'),
    'shop.stock.sku': key(['stock.sku', 'sku', 'shop.stock.sku'], 'keyword'),
    'shop.stock.ordered': key(['stock.ordered', 'shop.stock.ordered'], 'long'),
    'shop.stock.deducted': key(['stock.deducted', 'shop.stock.deducted'], 'long'),
    'shop.stock.left': key(['stock.left', 'shop.stock.left'], 'long'),
    'shop.coupon.id': key(['coupon.id', 'coupon_id', 'shop.coupon.id'], 'keyword'),
    'shop.coupon.campaign': key(['coupon.campaign', 'shop.coupon.campaign'], 'keyword'),
    'shop.coupon.amount': key(['coupon.amount', 'shop.coupon.amount'], 'double'),
    'shop.channel': key(['channel', 'shop.channel'], 'keyword'),
    'shop.session.id': key(['session.id', 'session_id', 'shop.session.id'], 'keyword'),
    'user.id': key(['user.id', 'user_id'], 'keyword'),
    'service.name': key(['service.name', 'service'], 'keyword'),
    'http.request.id': key(['request_id', 'http.request.id'], 'keyword'),
    'trace.id': key(['trace_id', 'trace.id'], 'keyword'),
    'error.message': key(['error', 'error.message'], 'text'),
    'log.level': key(['level', 'log.level'], 'keyword'),
    'log.logger': key(['logger', 'log.logger'], 'keyword'),
    message: key(['message', 'msg'], 'text'),
  },
  lines: { 'client.ip': line`${address('source.address')}` },
  needs: {
    field: 'event.action',
    by: {
      'order.created': ['event.outcome', 'shop.order.id', 'shop.order.amount'],
      payment: ['event.outcome', 'shop.order.id', 'shop.payment.method', 'shop.payment.amount'],
      'stock.deducted': ['shop.order.id', 'shop.stock.sku', 'shop.stock.ordered', 'shop.stock.deducted'],
      'coupon.issued': ['shop.coupon.id', 'shop.coupon.campaign'],
      'coupon.redeemed': ['event.outcome', 'shop.coupon.id', 'shop.order.id'],
    },
  },
  derive: {
    'event.outcome': comparedWith('shop.stock.deducted', 'shop.stock.ordered', {
      less: 'failure',
      same: 'success',
      more: 'failure',
    }),
  },
  samples: [
    '{"time":"2026-03-10T08:00:00.123+08:00","event":"order.created","outcome":"success","channel":"miniprogram","order":{"id":"1843","amount":99.50,"items":3},"currency":"CNY","user":{"id":"u7"}}',
    '{"time":"2026-03-10T08:00:01+08:00","event":"payment","outcome":"success","order":{"id":"1843"},"payment":{"id":"p-9","method":"wechat","amount":99.50},"duration_ms":240}',
    '{"time":1773100801500,"event":"stock.deducted","order":{"id":"1843"},"stock":{"sku":"tea-7","ordered":3,"deducted":3,"left":40}}',
    '{"time":"2026-03-10T08:00:02+08:00","event":"coupon.issued","coupon":{"id":"c-1","campaign":"spring","amount":10},"user":{"id":"u7"}}',
    '{"time":"2026-03-10T08:00:03+08:00","event":"coupon.redeemed","outcome":"success","coupon":{"id":"c-1"},"order":{"id":"1843"}}',
  ],
})
export type ShopEvent = Infer<typeof shopEvent>
