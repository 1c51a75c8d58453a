/** ADDRESS RECORDS: sends them in bodies of 500, eight requests at once, and prints the seconds from the first to the last answer. */
import { Agent, request } from 'node:http'

const [address, records] = process.argv.slice(2) as [string, string]
const perBody = 500
const atOnce = 8
const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
const bodies = Array.from({ length: 16 }, (_, n) =>
  Buffer.from(
    Array.from(
      { length: perBody },
      (_one, i) =>
        `{"@timestamp":"2026-11-27T08:00:00.${String(i).padStart(3, '0')}Z","log.level":"info","message":"order ${n * perBody + i} placed","service.name":"shop","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","user.id":"${i % 97}"}\n`,
    ).join(''),
  ),
)
const post = (body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length }
    request(`${address}/ingest/bench`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode!))
    })
      .once('error', reject)
      .end(body)
  })

let left = Number(records) / perBody
let bytes = 0
const sender = async (): Promise<void> => {
  while (left > 0) {
    const body = bodies[left-- % bodies.length]!
    const status = await post(body)
    if (status !== 202) throw new Error(`answered ${status}`)
    bytes += body.length
  }
}
const begun = performance.now()
await Promise.all(Array.from({ length: atOnce }, sender))
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000, bytes }))
agent.destroy()
