import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What nginx must have logged of one request that was answered. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly agent: string
  readonly status: number
}

export interface WebLoad {
  /** Requests answered so far. */
  readonly answered: number
  /** Sends no more; resolves with every request once all are answered. Requests go by the number in their URL. */
  stop(): Promise<ReadonlyMap<number, Sent>>
}

/** Node takes a header and a path as Latin-1; this sends the UTF-8 bytes of `text`. */
const wire = (text: string): string => Buffer.from(text).toString('latin1')

const urls = [
  '',
  '?q=a%20b&&=',
  '?名=值',
  '/%E4%B8%AD/..%2f',
  '?"quoted"',
  '?back\\slash',
  '?%00%0a',
  '?[2]|{x}',
  '//',
  '?\u00a0é',
]
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'curl/8.5.0',
  'quote" and \\ back',
  '微信 MicroMessenger/8.0',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '=cmd|calc',
  '- - [11/Feb/2013:06:43:36 +0000] "GET / HTTP/1.1" 200 1 "-" "',
  '',
]

/** Not HTTP at all; nginx answers each with 400 and logs a line. */
const garbage = (port: number, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text))
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.resume()
  })

/**
 * Keeps requesting numbered URLs of a server, `width` at a time, with odd paths and agents, until told to stop.
 * Every 50th is something that is no HTTP.
 */
export const startWebLoad = (port: number, width = 12): WebLoad => {
  const pool = new Agent({ keepAlive: true, maxSockets: width })
  const sent = new Map<number, Sent>()
  let next = 0
  let stopping = false
  let failure: unknown

  const ask = (number: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const method = number % 7 === 0 ? 'POST' : 'GET'
      const url = `/load/${number}${urls[number % urls.length]}`
      const agent = agents[number % agents.length]!
      const asked = request(
        { port, host: '127.0.0.1', agent: pool, method, path: wire(url), headers: { 'user-agent': wire(agent) } },
        (response) => {
          response.resume()
          response.once('error', reject)
          response.once('end', () => {
            sent.set(number, { method, url, agent, status: response.statusCode! })
            resolve()
          })
        },
      )
      asked.once('error', reject)
      // As text it would make Node write the head as UTF-8 as well.
      asked.end(method === 'POST' ? Buffer.from('a=1') : undefined)
    })
  const worker = async (): Promise<void> => {
    while (!stopping) {
      const number = next++
      if (number % 50 === 49) {
        await garbage(port, `\u0016\u0003/load/${number}\r\n\r\n`)
        sent.set(number, { method: '', url: `\u0016\u0003/load/${number}`, agent: '', status: 400 })
      } else await ask(number)
      if (number % 4 === 0) await sleep(20)
    }
  }
  const workers = Promise.all(Array.from({ length: width }, worker)).catch((error: unknown) => {
    failure = error
    stopping = true
  })
  return {
    get answered() {
      if (failure !== undefined) throw failure
      return sent.size
    },
    async stop() {
      stopping = true
      await workers
      pool.destroy()
      if (failure !== undefined) throw failure
      return sent
    },
  }
}
