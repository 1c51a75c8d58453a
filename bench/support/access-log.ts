import { closeSync, openSync, writeSync } from 'node:fs'

/** A file of log lines. */
export interface LogFile {
  readonly path: string
  readonly lines: number
  readonly bytes: number
}

/** Mulberry32: the same numbers on every machine, so that two runs read the same bytes. */
const createRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
type Random = () => number

const below = (random: Random, count: number): number => Math.floor(random() * count)
const oneOf = <T>(random: Random, of: readonly T[]): T => of[below(random, of.length)]!
/** Small numbers often, large ones seldom: how often the n-th most popular page, product or browser is met. */
const popular = (random: Random, count: number): number => Math.floor(count ** random()) - 1

/** A group of an IPv6 address, as nginx writes it: without leading zeros. */
const group = (random: Random): string => (1 + below(random, 0xffff)).toString(16)

const systems = [
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
  'Linux; Android 10; K',
  'Linux; Android 14; SM-S918B',
  'Linux; Android 13; M2101K6G',
] as const

/** Some thousand user agents: few browsers, many versions, and the machines that visit every site. */
const agentOf = (random: Random): string => {
  const build = `${below(random, 7000)}.${below(random, 200)}`
  switch (below(random, 11)) {
    case 0:
      return `Mozilla/5.0 (iPhone; CPU iPhone OS ${12 + below(random, 7)}_${below(random, 8)} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${12 + below(random, 7)}.${below(random, 7)} Mobile/15E148 Safari/604.1`
    case 1: {
      const version = `${100 + below(random, 40)}.0`
      return `Mozilla/5.0 (${oneOf(random, systems.slice(0, 3))}; rv:${version}) Gecko/20100101 Firefox/${version}`
    }
    case 2:
    case 3:
      return oneOf(random, [
        'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
        'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
        `curl/8.${below(random, 12)}.0`,
        `python-requests/2.${below(random, 33)}.0`,
        'Go-http-client/1.1',
        `okhttp/4.${below(random, 13)}.0`,
      ])
    case 4:
      return '-'
    case 5:
      return `Mozilla/5.0 (${oneOf(random, systems)}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${90 + below(random, 50)}.0.${build} Mobile Safari/537.36`
    default:
      return `Mozilla/5.0 (${oneOf(random, systems)}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + below(random, 40)}.0.0.0 Safari/537.36`
  }
}

const addressOf = (random: Random): string => {
  if (random() < 0.04) return `2a0${below(random, 10)}:${group(random)}:${group(random)}::${group(random)}`
  return `${1 + below(random, 223)}.${below(random, 256)}.${below(random, 256)}.${1 + below(random, 254)}`
}

const pathOf = (random: Random): string => {
  switch (below(random, 9)) {
    case 0:
      return oneOf(random, ['/', '/', '/index.html', '/login', '/cart', '/favicon.ico', '/robots.txt'])
    case 1:
      return `/api/v1/orders/${below(random, 500_000)}`
    case 2:
      return `/api/v1/users/${below(random, 80_000)}/addresses`
    case 3:
      return `/search?q=${oneOf(random, ['shoes', 'rain+jacket', '%E9%9E%8B', 'tent'])}+${below(random, 4000)}&page=${popular(random, 40)}`
    case 4:
      return `/static/js/app.${below(random, 60)}.${(below(random, 60) * 7919).toString(16).padStart(6, '0')}.js`
    case 5:
      return `/images/products/${popular(random, 60_000)}_large.webp`
    default:
      return `/products/${popular(random, 60_000)}?ref=${oneOf(random, ['home', 'list', 'mail', 'ad'])}`
  }
}

const refererOf = (random: Random): string => {
  switch (below(random, 5)) {
    case 0:
    case 1:
      return '-'
    case 2:
      return oneOf(random, ['https://www.google.com/', 'https://www.bing.com/', 'https://shop.example.com/'])
    default:
      return `https://shop.example.com/products/${popular(random, 60_000)}`
  }
}

interface Visitor {
  readonly address: string
  readonly agent: string
  readonly user: string
}
const visitorOf = (random: Random, agents: readonly string[]): Visitor => ({
  address: addressOf(random),
  agent: agents[popular(random, agents.length)]!,
  user: random() < 0.03 ? `user${below(random, 9000)}` : '-',
})

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')
const clf = (seconds: number): string => {
  const at = new Date(seconds * 1000)
  return `${two(at.getUTCDate())}/${months[at.getUTCMonth()]!}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

const statuses = [200, 200, 200, 200, 200, 200, 200, 200, 200, 304, 304, 301, 404, 404, 403, 500, 502] as const
const methods = ['GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'HEAD'] as const
const visitorsAtOnce = 3000
const requestsOfVisitor = 12
const firstSecond = Date.UTC(2026, 2, 10) / 1000

/**
 * nginx `combined` lines of about 206 bytes as a shop with some thousand visitors at once writes them: 120 lines a
 * second, a new address every twelfth line, some thousand user agents, most of the paths new. One line in a
 * thousand has an escaped quote, one in two thousand no request.
 */
function* accessLines(lines: number): Generator<string> {
  const random = createRandom(20_260_310)
  const agents = Array.from({ length: 4000 }, () => agentOf(random))
  const visitors = Array.from({ length: visitorsAtOnce }, () => visitorOf(random, agents))
  let second = firstSecond
  let time = clf(second)
  for (let i = 0; i < lines; i++) {
    if (i % 120 === 119) time = clf(++second)
    const at = below(random, visitorsAtOnce)
    if (random() * requestsOfVisitor < 1) visitors[at] = visitorOf(random, agents)
    const { address, agent, user } = visitors[at]!
    const odd = random()
    const request =
      odd < 0.0005
        ? '\\x16\\x03\\x01\\x02'
        : `${oneOf(random, methods)} ${pathOf(random)}${odd < 0.0015 ? '&q=\\x22quoted\\x22' : ''} HTTP/${random() < 0.7 ? '2.0' : '1.1'}`
    const status = odd < 0.0005 ? 400 : oneOf(random, statuses)
    const size = status === 304 ? 0 : Math.floor(200 * 500 ** random())
    yield `${address} - ${user} [${time}] "${request}" ${status} ${size} "${refererOf(random)}" "${agent}"\n`
  }
}

/** Writes such lines to `path`: `lines` of them, or as many as make `bytes`. */
export const writeAccessLog = (
  path: string,
  until: { readonly lines: number } | { readonly bytes: number },
): LogFile => {
  const most = 'lines' in until ? until.lines : Number.MAX_SAFE_INTEGER
  const enough = 'bytes' in until ? until.bytes : Number.POSITIVE_INFINITY
  const file = openSync(path, 'w')
  let pending: string[] = []
  let lines = 0
  let bytes = 0
  let size = 0
  const flush = (): void => {
    const text = Buffer.from(pending.join(''), 'latin1')
    for (let at = 0; at < text.length; ) at += writeSync(file, text, at)
    size += text.length
    pending = []
  }
  for (const line of accessLines(most)) {
    pending.push(line)
    lines++
    bytes += line.length
    if (pending.length === 8192) flush()
    if (bytes >= enough) break
  }
  flush()
  closeSync(file)
  return { path, lines, bytes: size }
}
