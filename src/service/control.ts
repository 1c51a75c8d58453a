import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { pipeline as connect } from 'node:stream'
import split2 from 'split2'
import { stringify } from '../store/stringify.ts'
import { hideSecrets } from '../telemetry/secrets.ts'
import { socketPath } from './socket-path.ts'

/** An answer of an operation: rows, as they come. */
export type Answer = AsyncIterable<unknown>
export type Operate = (name: string, given: unknown, signal: AbortSignal) => Answer

/** An operation said no. `status` is the exit code of the command that asked. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly status: 1 | 2 | 3
  constructor(status: 1 | 2 | 3, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** An edited dead letter may be as large as a record, and is sent in base64. */
const mostBody = 32 << 20

const bodyOf = async (message: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) {
    text += chunk as string
    if (text.length > mostBody) throw new OperationError(2, 'The request is larger than 32 MiB')
  }
  return text
}

const statusOf = (error: unknown): number => (error instanceof OperationError ? error.status : 3)
const messageOf = (error: unknown): string => hideSecrets(error instanceof Error ? error.message : String(error))

const reply = async (message: IncomingMessage, response: ServerResponse, operate: Operate): Promise<void> => {
  const abort = new AbortController()
  response.once('close', () => abort.abort())
  response.setHeader('content-type', 'application/x-ndjson')
  try {
    const name = (message.url ?? '/').slice(1)
    const text = await bodyOf(message)
    for await (const row of operate(name, text === '' ? {} : JSON.parse(text), abort.signal)) {
      // `D` before a row, `E` before an error, `.` at the end: an answer that broke off cannot pass for a whole one.
      // As bytes: Node counts a text's characters in and its bytes out, and then never says 'drain'.
      const line = Buffer.from(`D${stringify(row)}\n`)
      if (!response.write(line)) await once(response, 'drain', { signal: abort.signal })
      if (abort.signal.aborted) return
    }
    response.end('.\n')
  } catch (error) {
    if (!response.destroyed)
      response.end(`E${JSON.stringify({ status: statusOf(error), message: messageOf(error) })}\n`)
  }
}

/** The server of the control socket: whoever may write to the data directory may ask. */
export const createControl = (operate: Operate): Server =>
  createServer((message, response) => {
    void reply(message, response, operate)
  })

/** Asks the running service; yields the JSON text of each row. */
export async function* ask(data: string, name: string, given: unknown, signal?: AbortSignal): AsyncGenerator<string> {
  const sent = request({
    socketPath: socketPath(data),
    path: `/${name}`,
    method: 'POST',
    ...(signal === undefined ? {} : { signal }),
  })
  sent.end(JSON.stringify(given))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let whole = false
  // Not `readline`: it also cuts at U+2028, which JSON text may hold.
  const lines = connect(response, split2('\n'), () => undefined) as AsyncIterable<string>
  for await (const line of lines) {
    if (line[0] === 'D') yield line.slice(1)
    else if (line === '.') whole = true
    else if (line[0] === 'E') {
      const { status, message } = JSON.parse(line.slice(1)) as { status: 1 | 2 | 3; message: string }
      throw new OperationError(status, message)
    }
  }
  if (!whole) throw new OperationError(3, 'The service stopped in the middle of its answer')
}
