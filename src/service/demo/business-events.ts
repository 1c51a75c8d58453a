import { products } from './catalogue.ts'
import { createRandom } from './random.ts'
import type { Request } from './visit.ts'

const methods = ['wechat', 'wechat', 'alipay', 'card'] as const

/** What an answer to a request means for the business, as the parser `shop.event` has it. */
export const businessEvents = ({ kind, order }: Request, at: number, status: number, took: number): string[] => {
  if (order === undefined) return []
  // Of the order alone: its payment knows what it cost.
  const random = createRandom(order, 0)
  const ordered = random.between(1, 4)
  const amount = Number((ordered * (random.skewed(60) + 5)).toFixed(2))
  const sku = `p-${random.between(1, products)}`
  const coupon = random.chance(0.3) ? { id: `c-${order}`, campaign: 'autumn' } : undefined
  const method = random.pick(methods)
  const isShort = random.chance(0.004)

  const event = (
    name: string,
    { order: more = {}, ...rest }: { readonly order?: object; readonly [key: string]: unknown },
  ): string => JSON.stringify({ time: at, event: name, ...rest, order: { id: String(order), ...more } })
  const ended =
    status < 400
      ? { outcome: 'success' }
      : { outcome: status === 504 ? 'unknown' : 'failure', reason: `http_${status}` }
  if (kind === 'payment')
    return [
      event('payment', { ...ended, payment: { method, amount }, currency: 'CNY', duration_ms: took }),
      ...(status < 400 && coupon !== undefined ? [event('coupon.redeemed', { outcome: 'success', coupon })] : []),
    ]
  const created = event('order.created', { ...ended, order: { amount, items: ordered }, currency: 'CNY' })
  if (status >= 400) return [created]
  const issued = coupon === undefined ? [] : [event('coupon.issued', { coupon })]
  const stock = { sku, ordered, deducted: isShort ? ordered - 1 : ordered }
  return [created, event('stock.deducted', { stock }), ...issued]
}
