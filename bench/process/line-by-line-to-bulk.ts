/** The baseline of `deliver`: FILE line by line to `_bulk` of URL, as people write it. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { eventOf } from '../support/line-by-line.ts'

const [file, url] = process.argv.slice(2) as [string, string]
const bodyBytes = 5 << 20
const key = randomBytes(8).toString('hex')
const target = `${url}/logs-nginx.access-default/_bulk?filter_path=took,errors,items.*.status,items.*.error`
let pending: string[] = []
let size = 0

const send = async (): Promise<void> => {
  const answer = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${pending.join('\n')}\n`,
  })
  const { errors, items } = (await answer.json()) as { errors: boolean; items: readonly unknown[] }
  if (errors || items.length !== pending.length / 2) throw new Error('not all was taken')
  pending = []
  size = 0
}

let offset = 0
for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
  const id = `${key}-${offset}`
  const document = JSON.stringify({
    ...(eventOf(line) ?? { message: line }),
    log: { file: { path: file, id: key }, offset },
    host: { name: 'bench' },
    data_stream: { type: 'logs', dataset: 'nginx.access', namespace: 'default' },
  })
  offset += Buffer.byteLength(line) + 1
  const action = `{"create":{"_id":"${id}"}}`
  pending.push(action, document)
  size += action.length + document.length
  if (size >= bodyBytes) await send()
}
if (pending.length > 0) await send()
