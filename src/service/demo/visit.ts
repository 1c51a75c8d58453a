import { bots, browsers, categories, networks, products, words } from './catalogue.ts'
import { createRandom, type Random } from './random.ts'

export interface Request {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly address: string
  readonly agent: string
  readonly method: string
  readonly path: string
  readonly referrer: string
  readonly kind: 'page' | 'asset' | 'api' | 'order' | 'payment' | 'probe'
  /** Of the kinds `order` and `payment`. */
  readonly order?: number
}

const origin = 'https://shop.example'

const addressOf = (random: Random): string => {
  let left = random.between(0, networks.reduce((sum, [, weight]) => sum + weight, 0) - 1)
  const [prefix] = networks.find(([, weight]) => (left -= weight) < 0)!
  return prefix.includes(':')
    ? `${prefix}:${random.between(4096, 65_535).toString(16)}:${random.between(4096, 65_535).toString(16)}:${random.between(1, 65_535).toString(16)}:${random.between(1, 65_535).toString(16)}`.replace(
        '::',
        ':',
      )
    : `${prefix}${random.between(0, 255)}.${random.between(1, 254)}`
}

/** Most browsers send Chinese as percent-encoded UTF-8; some send the bytes as they are. */
const searchFor = (random: Random): string => {
  const word = random.pick(words)
  return `/search?q=${random.chance(0.85) ? encodeURIComponent(word) : word}`
}

/** One visitor from the first page until the shop is left, which may be with something bought. */
const shopper = (random: Random, start: number): Request[] => {
  const address = addressOf(random)
  const agent = random.pick(browsers)
  const requests: Request[] = []
  let at = start
  let page = random.chance(0.3) ? 'https://www.baidu.com/' : '-'
  const ask = (kind: Request['kind'], method: string, path: string, after: number, order?: number): void => {
    at += after
    requests.push({
      at: Math.round(at),
      address,
      agent,
      method,
      path,
      referrer: page,
      kind,
      ...(order === undefined ? {} : { order }),
    })
  }
  const open = (path: string, assets: number): void => {
    ask('page', 'GET', path, random.skewed(6000))
    page = origin + encodeURI(decodeURI(path))
    for (let i = 0; i < assets; i++)
      ask(
        'asset',
        'GET',
        random.pick(['/assets/app.css', '/assets/app.js', `/images/${random.between(1, products)}.webp`]),
        random.skewed(60),
      )
  }
  open('/', 5)
  for (let step = random.between(1, 5); step > 0; step--) {
    open(
      random.chance(0.4) ? searchFor(random) : `/category/${random.pick(categories)}?page=${random.between(1, 4)}`,
      2,
    )
    const product = random.between(1, products)
    open(`/products/${product}`, 2)
    ask('api', 'GET', `/api/products/${product}/stock`, random.skewed(120))
    if (random.chance(0.45)) ask('api', 'POST', '/api/cart', random.skewed(4000))
  }
  if (random.chance(0.4)) {
    open('/checkout', 1)
    const order = 100_000 + random.between(0, 899_999)
    ask('order', 'POST', '/api/orders', random.skewed(9000), order)
    ask('payment', 'POST', `/api/orders/${order}/payment`, random.skewed(3000), order)
    for (let poll = random.between(1, 3); poll > 0; poll--) ask('api', 'GET', `/api/orders/${order}`, 1500)
  }
  return requests
}

const crawl = (random: Random, start: number): Request[] => {
  const [address, agent] = random.pick(bots)
  return Array.from({ length: random.between(3, 12) }, (_, i) => ({
    at: start + i * 2300,
    address,
    agent,
    method: 'GET',
    path: i === 0 ? '/robots.txt' : `/products/${random.between(1, products)}`,
    referrer: '-',
    kind: 'page' as const,
  }))
}

/** What is sent by those who try doors: markup, terminal escapes, bytes that are no text. */
const probes = [
  ['GET', '/.env', 'curl/8.5.0'],
  ['GET', '/wp-login.php', 'Mozilla/5.0 zgrab/0.x'],
  ['GET', '/search?q=<script>alert(document.domain)</script>', '<img src=x onerror=alert(1)>'],
  ['POST', '/login?next=javascript:alert(1)', '"><svg/onload=alert(1)>'],
  ['GET', '/\u001b[2J\u001b]0;owned\u0007', '\u001b[31mred\u001b[0m'],
  ['GET', '/products/1\u202egpj.exe', '\u202e\u0000'],
  ['', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', '-'],
] as const

const scan = (random: Random, start: number): Request[] => {
  const address = `198.51.100.${random.between(1, 254)}`
  return probes.map(([method, path, agent], i) => ({
    at: start + i * 400,
    address,
    agent,
    method,
    path,
    referrer: '-',
    kind: 'probe' as const,
  }))
}

/** Visitors who come in a second. `busy`: how many, on average. */
export const visitsOf = (seed: number, second: number, busy: number): Request[] => {
  const random = createRandom(seed, second)
  let count = 0
  // Poisson, by Knuth's product of random numbers.
  for (let product = random.next(); product > Math.exp(-busy); product *= random.next()) count++
  const start = second * 1000
  return [
    ...Array.from({ length: count }, (_, i) =>
      shopper(createRandom(seed, second, i + 1), start + random.between(0, 999)),
    ).flat(),
    ...(random.chance(1 / 40) ? crawl(random, start) : []),
    ...(random.chance(1 / 90) ? scan(random, start) : []),
  ]
}
