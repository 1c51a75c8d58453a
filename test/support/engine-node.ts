import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EngineKind, engineCommand } from './engine-jars.ts'
import { freePort } from './free-port.ts'
import { scratchDir } from './scratch-dir.ts'
import { waitUntil } from './wait-until.ts'

/** One engine process with its own data and ports, which it keeps over stop and start. */
export interface EngineNode {
  readonly url: string
  start(): Promise<void>
  /** SIGTERM would let it flush; `kill` is what a power cut looks like to its clients. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Kills it and deletes its data. */
  close(): Promise<void>
  /** The same without waiting, for the end of the process. */
  closeNow(): void
}

export async function createEngineNode(
  kind: EngineKind,
  settings: Readonly<Record<string, string>> = {},
): Promise<EngineNode> {
  const dir = scratchDir(`tailrace-${kind}`)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = join(dir.path, 'log.txt')
  mkdirSync(join(dir.path, 'tmp'))
  const all = {
    'path.home': dir.path,
    'cluster.name': `tailrace-test-${port}`,
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': String(port),
    'transport.port': String(await freePort()),
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
    'action.destructive_requires_name': 'false',
    ...settings,
  }
  let child: ChildProcess | undefined

  async function start() {
    if (child) return
    const [program, args] = engineCommand(kind, all)
    const output = createWriteStream(log, { flags: 'a' })
    const started = spawn(program, [`-Djava.io.tmpdir=${join(dir.path, 'tmp')}`, ...args], {
      cwd: dir.path,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child = started
    started.stdin.on('error', () => {})
    started.stdout.pipe(output, { end: false })
    started.stderr.pipe(output, { end: false })
    started.once('exit', () => {
      if (child === started) child = undefined
    })
    const ready = async () => {
      if (child !== started) return 'ended'
      const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`)
      await answer.body?.cancel()
      return answer.ok && 'ready'
    }
    const state = await waitUntil(`${kind} answers`, ready, { timeout: 270_000, every: 100 })
    if (state === 'ended') throw new Error(`${kind} ended while starting:\n${readFileSync(log, 'utf8').slice(-4000)}`)
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM') {
    const running = child
    if (!running) return
    const ended = once(running, 'exit')
    running.kill(signal)
    const late = setTimeout(() => running.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(late)
  }

  return {
    url,
    start,
    stop,
    async close() {
      await stop('SIGKILL')
      dir.remove()
    },
    closeNow() {
      child?.kill('SIGKILL')
      dir.remove()
    },
  }
}
