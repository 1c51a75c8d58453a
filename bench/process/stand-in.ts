/**
 * A stand-in of Elasticsearch for measuring those who send to it: reads request bodies, looks at every operation,
 * answers each item as `filter_path` asks, and keeps nothing but counts. Sends its port to its parent, and the counts
 * when asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const newline = 10
/** Every so many documents one is parsed, so that a sender of broken JSON is found out. */
const lookedAt = 997

const counts = { documents: 0, bytes: 0, requests: 0, broken: 0 }
let waiting = false
/** Milliseconds that an answer to a bulk request takes longer. */
let later = 0

const tell = (): void => {
  process.send!({ counts })
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const declared = Number(request.headers['content-length'] ?? 0)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  if (declared > 0 && body.length !== declared) throw new Error('the body ended early')
  return body
}

const isWhole = (document: string): boolean => {
  try {
    return typeof JSON.parse(document) === 'object'
  } catch {
    return false
  }
}

/** The id of an operation, with its quotes. */
const idOf = (operation: string): string => operation.slice(operation.indexOf('"_id":') + 6, -2)

/** The answer's items, one an operation, in order. */
const itemsOf = (body: Buffer, filtered: boolean): string[] => {
  const items: string[] = []
  for (let at = 0; at < body.length; ) {
    const action = body.indexOf(newline, at)
    const end = action === -1 ? -1 : body.indexOf(newline, action + 1)
    if (end === -1 || body.toString('latin1', at, at + 10) !== '{"create":') {
      counts.broken++
      return items
    }
    if (counts.documents++ % lookedAt === 0) {
      const document = body.toString('utf8', action + 1, end)
      if (!isWhole(document) || !isWhole(body.toString('utf8', at, action))) counts.broken++
    }
    items.push(
      filtered
        ? `{"create":{"_id":${idOf(body.toString('latin1', at, action))},"status":201}}`
        : `{"create":{"_index":"logs","_id":"${counts.documents}","_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":${counts.documents},"_primary_term":1,"status":201}}`,
    )
    at = end + 1
  }
  return items
}

const answer = (response: ServerResponse, status: number, body: string): void => {
  const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}

const shards = '"_shards":{"total":1,"successful":1,"failed":0}'

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in')
  const body = await bodyOf(request)
  if (pathname.endsWith('/_bulk')) {
    const filtered = searchParams.get('filter_path')?.includes('items.*.status') === true
    const items = itemsOf(body, filtered)
    counts.bytes += body.length
    counts.requests++
    if (later > 0) await sleep(later)
    answer(response, 200, `{"took":1,"errors":false,"items":[${items.join(',')}]}`)
    if (waiting && items.length > 0) {
      waiting = false
      tell()
    }
  } else if (pathname === '/') answer(response, 200, '{"version":{"number":"8.19.0","build_flavor":"default"}}')
  else if (pathname.endsWith('/_search'))
    answer(response, 200, `{"timed_out":false,${shards},"hits":{"total":{"value":0},"hits":[]}}`)
  else if (pathname.endsWith('/_refresh')) answer(response, 200, `{${shards}}`)
  else if (request.method === 'GET') answer(response, 404, '{}')
  else answer(response, 200, '{"acknowledged":true}')
}

process.on('message', (asked) => {
  if (asked === 'counts') tell()
  else if (asked === 'reset') Object.assign(counts, { documents: 0, bytes: 0, requests: 0, broken: 0 })
  else if (asked === 'first') waiting = true
  else if (typeof asked === 'object') later = (asked as { later: number }).later
  else if (asked === 'end') process.exit()
})
process.on('disconnect', () => process.exit())

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
