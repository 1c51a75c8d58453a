import { businessEvents } from './business-events.ts'
import type { Random } from './random.ts'
import * as stamp from './stamp.ts'
import type { Request } from './visit.ts'

/** A record of one of the shop's logs, without its last line feed. */
export interface Line {
  readonly log: Log
  readonly at: number
  readonly text: string
}

/** Paths below `data/demo`. */
export const logs = [
  'nginx/access.log',
  'nginx/error.log',
  'mysql/slow.log',
  'app/web.log',
  'app/payments.log',
  'app/events.log',
] as const
export type Log = (typeof logs)[number]

/** As nginx writes variables by default: quotes, backslashes, controls and all that is not ASCII become `\xHH`. */
const escaped = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(
      /["\\\u0000-\u001f\u007f-\u00ff]/g,
      (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )

const sizes: Readonly<Record<Request['kind'], number>> = {
  page: 9000,
  asset: 24_000,
  api: 420,
  order: 310,
  payment: 180,
  probe: 153,
}
/** Milliseconds an answer usually takes. */
const times: Readonly<Record<Request['kind'], number>> = {
  page: 40,
  asset: 2,
  api: 18,
  order: 70,
  payment: 240,
  probe: 1,
}

/** How likely a request of this kind fails while the payment upstream is wholly away: payments hold all workers. */
const exposure: Readonly<Record<Request['kind'], number>> = {
  page: 0.12,
  asset: 0,
  api: 0.5,
  order: 0.6,
  payment: 0.97,
  probe: 0,
}

const failures = [502, 504, 503] as const

const accessLine = (
  { address, method, path, referrer, agent }: Request,
  at: number,
  status: number,
  bytes: number,
): string => {
  const line =
    method === '' ? escaped(path) : `${method} ${escaped(path)} HTTP/${path.startsWith('/api') ? '2.0' : '1.1'}`
  return `${address} - - [${stamp.clf(at)}] "${line}" ${status} ${bytes} "${escaped(referrer)}" "${escaped(agent)}"`
}

const upstreamTrouble = {
  502: 'connect() failed (111: Connection refused) while connecting to upstream',
  503: 'no live upstreams while connecting to upstream',
  504: 'upstream timed out (110: Connection timed out) while reading response header from upstream',
} as const

const errorLine = (
  { address, method, path }: Request,
  at: number,
  status: (typeof failures)[number],
  connection: number,
): string =>
  `${stamp.nginxError(at)} [error] 1187#1187: *${connection} ${upstreamTrouble[status]}, client: ${address}, server: shop.example, request: "${method} ${escaped(path)} HTTP/1.1", upstream: "http://10.0.0.21:8000${escaped(path)}", host: "shop.example"`

const webLine = (request: Request, at: number, status: number, took: number, id: number): string =>
  JSON.stringify({
    level: status >= 500 ? 50 : took > 1500 ? 40 : 30,
    time: at,
    pid: 41,
    hostname: 'web-1',
    name: 'shop-web',
    reqId: `req-${id.toString(36)}`,
    method: request.method,
    url: request.path,
    statusCode: status,
    responseTime: took,
    msg: status >= 500 ? 'request failed' : took > 1500 ? 'request was slow' : 'request completed',
    ...(status < 500
      ? {}
      : {
          err: {
            type: 'UpstreamError',
            message: `payments answered ${status}`,
            stack: `UpstreamError: payments answered ${status}\n    at request (/srv/shop/upstream.js:88:13)\n    at async pay (/srv/shop/routes/orders.js:41:22)`,
          },
        }),
  })

const traceback = (order: string): string => `payment of order ${order} failed
Traceback (most recent call last):
  File "/srv/payments/app/pay.py", line 118, in settle
    answer = gateway.charge(order, timeout=10)
  File "/srv/payments/app/gateway.py", line 57, in charge
    response = session.post(url, json=body, timeout=timeout)
requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='gateway.example', port=443): Read timed out. (read timeout=10)`

const paymentLine = (request: Request, at: number, status: number, random: Random): string => {
  const order = /\d+/.exec(request.path)?.[0] ?? '0'
  if (status >= 500) return `${stamp.python(at)} - shop.payments - ERROR - ${traceback(order)}`
  const amount = (random.skewed(180) + 5).toFixed(2)
  return `${stamp.python(at)} - shop.payments - INFO - order ${order} paid: ${amount} CNY`
}

const statements = {
  lock: (random: Random): string =>
    `UPDATE stock SET reserved = reserved + 1 WHERE product_id = ${random.between(1, 480)};`,
  report: (random: Random): string =>
    `SELECT c.name, SUM(i.amount) FROM order_items i JOIN products p ON p.id = i.product_id JOIN categories c ON c.id = p.category_id WHERE i.created_at > NOW() - INTERVAL ${random.between(1, 30)} DAY GROUP BY c.name ORDER BY 2 DESC;`,
  search: (random: Random): string =>
    `SELECT id, title, price FROM products WHERE title LIKE '%${random.pick(['手机', '茶叶', 'lamp'])}%' ORDER BY sold DESC LIMIT 20 OFFSET ${random.between(0, 40) * 20};`,
} as const

/** A slow log's entry: MySQL 8.0 with its default settings. */
export const slowLine = (kind: keyof typeof statements, at: number, seconds: number, random: Random): string => {
  const examined = kind === 'lock' ? 1 : random.between(40_000, 2_400_000)
  const lock = kind === 'lock' ? (seconds * 0.97).toFixed(6) : '0.000004'
  return `# Time: ${stamp.mysql(at)}
# User@Host: shop[shop] @ app-1 [10.0.0.31]  Id: ${random.between(200, 260)}
# Query_time: ${seconds.toFixed(6)}  Lock_time: ${lock} Rows_sent: ${kind === 'lock' ? 0 : 20}  Rows_examined: ${examined}
use shop;
SET timestamp=${Math.floor(at / 1000)};
${statements[kind](random)}`
}

/** What the shop's programs write about one request. `strength` of the incident: 0 to 1. */
export const answer = (request: Request, strength: number, random: Random): Line[] => {
  const { kind, at: begun, path } = request
  const fails = random.chance(Math.max(0.0015, exposure[kind] * strength)) && kind !== 'asset' && kind !== 'probe'
  const code = random.pick(failures)
  const took = Math.round(
    fails && code !== 503 ? random.skewed(code === 504 ? 9000 : 300) : random.skewed(times[kind] * (1 + 6 * strength)),
  )
  const at = begun + Math.min(took, 12_000)
  const lines: Line[] = []
  const write = (log: Log, text: string): void => void lines.push({ log, at, text })
  const usual =
    kind === 'probe'
      ? request.method === ''
        ? 400
        : 404
      : kind === 'asset' && random.chance(0.3)
        ? 304
        : kind === 'order'
          ? 201
          : 200
  const status = fails ? code : usual
  const bytes = fails ? 157 : status === 304 ? 0 : Math.round(random.skewed(sizes[kind]))
  write('nginx/access.log', accessLine(request, at, status, bytes))
  if (fails) write('nginx/error.log', errorLine(request, at, code, random.between(10_000, 99_999)))
  const isApi = kind === 'api' || kind === 'order' || kind === 'payment'
  if (isApi) write('app/web.log', webLine(request, at, status, took, random.between(1e6, 1e9)))
  if (kind === 'payment') write('app/payments.log', paymentLine(request, at, status, random))
  if (kind === 'probe' && path.startsWith('/login'))
    write(
      'app/payments.log',
      `${stamp.python(at)} - shop.auth - WARNING - login refused for '\u001b]0;owned\u0007\u202eadmin<script>alert(1)</script>' from ${request.address}`,
    )
  for (const text of businessEvents(request, at, status, took)) write('app/events.log', text)
  if (kind === 'order' && random.chance(0.75 * strength))
    write('mysql/slow.log', slowLine('lock', at, 2.5 + random.skewed(2.5), random))
  return lines
}
