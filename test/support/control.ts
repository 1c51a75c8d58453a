import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import type { EngineKind } from './engine-jars.ts'
import { createEngineNode, type EngineNode } from './engine-node.ts'

/** Environment variable that carries the control server's address to the test processes. */
export const controlVariable = 'TAILRACE_TEST_CONTROL'

interface Order {
  readonly kind: EngineKind
  readonly id: string
  readonly settings?: Record<string, string>
  readonly signal?: NodeJS.Signals
  readonly pid: number
  readonly folder?: string
}

/**
 * The part of the test set-up that outlives a test file. Test processes ask it over HTTP for engines, so that one of
 * each kind serves the whole run and starts only when a test wants it, and tell it the servers they start themselves,
 * so that those end with the run even where a test process dies.
 */
export async function openControl(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const nodes = new Map<string, EngineNode>()
  const shared = new Map<EngineKind, Promise<EngineNode>>()
  const adopted = new Set<number>()
  const folders = new Set<string>()

  async function startShared(kind: EngineKind) {
    const node = await createEngineNode(kind)
    nodes.set(`shared-${kind}`, node)
    await node.start()
    return node
  }

  const orders: Readonly<Record<string, (order: Order) => Promise<unknown>>> = {
    async '/engine'({ kind }) {
      if (!shared.has(kind)) shared.set(kind, startShared(kind))
      return { url: (await shared.get(kind))?.url }
    },
    async '/own'({ kind, settings }) {
      const node = await createEngineNode(kind, settings)
      const id = String(nodes.size)
      nodes.set(id, node)
      await node.start()
      return { id, url: node.url }
    },
    '/start': async ({ id }) => nodes.get(id)?.start(),
    '/stop': async ({ id, signal }) => nodes.get(id)?.stop(signal),
    '/close': async ({ id }) => nodes.get(id)?.close(),
    async '/adopt'({ pid, folder }) {
      adopted.add(pid)
      if (folder !== undefined) folders.add(folder)
    },
    async '/release'({ pid }) {
      adopted.delete(pid)
    },
  }

  async function answer(request: IncomingMessage): Promise<[number, unknown]> {
    try {
      const order = orders[request.url ?? '']
      if (!order) return [404, { error: `no such order: ${request.url}` }]
      const result = await order((await json(request)) as Order)
      return [200, result ?? {}]
    } catch (error) {
      return [500, { error: error instanceof Error ? error.message : String(error) }]
    }
  }

  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
      response.end(JSON.stringify(body))
    })
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }

  const endServers = () => {
    for (const pid of adopted) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {}
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  // A run that is interrupted ends without its teardown.
  const endAll = () => {
    for (const node of nodes.values()) node.closeNow()
    endServers()
  }
  process.once('exit', endAll)

  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      process.off('exit', endAll)
      server.close()
      server.closeAllConnections()
      await Promise.allSettled([...nodes.values()].map((node) => node.close()))
      endServers()
    },
  }
}

/** Asks the control server; for the modules of test/support. */
export async function askControl<T>(path: string, order: Partial<Order>): Promise<T> {
  const url = process.env[controlVariable]
  if (!url) throw new Error('engines are started by the test set-up: run this under vitest')
  const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(order) })
  const answer = (await response.json()) as T & { error?: string }
  if (!response.ok) throw new Error(answer.error)
  return answer
}
