import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Something between Tailrace and a real engine that cuts the connection after the engine has answered. */
export interface Gateway extends AsyncDisposable {
  readonly url: string
  readonly cut: number
}

/**
 * Passes everything on to `engine`; the answers to the first `times` bulk requests are thrown away, `after` is done,
 * and the connection is reset.
 */
export const gatewayThatLosesAnswers = async (
  engine: string,
  times: number,
  after: () => Promise<void>,
): Promise<Gateway> => {
  let cut = 0
  const server = createServer((asked, answer) => {
    const { method, url = '', headers } = asked
    const hand = async (reply: IncomingMessage): Promise<void> => {
      if (url.includes('/_bulk') && cut < times) {
        cut++
        for await (const _ of reply);
        await after()
        answer.socket?.resetAndDestroy()
        return
      }
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    }
    const onward = send(new URL(url, engine), { method, headers }, (reply) => void hand(reply))
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cut() {
      return cut
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
