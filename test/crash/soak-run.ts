import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { scratchDir } from '../support/scratch-dir.ts'
import { served } from '../support/served.ts'
import { rowsOf } from '../support/service.ts'
import { accessLines, tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

export interface SoakOptions {
  readonly url: string
  readonly seconds: number
  /** Seconds between rotations of each file, and between restarts of the store. */
  readonly rotateEvery: number
  readonly restartEvery: number
  readonly restart: () => Promise<void>
  readonly tell: (text: string) => void
}

export interface SoakResult {
  readonly written: number
  readonly stored: number
  readonly rotations: number
  readonly restarts: number
  /** Per hour, after the first third, which counts as warm-up. */
  readonly memorySlopeMb: number
  readonly peakMb: number
  /** When the first are stored, at most, and at the end, when all is delivered and nothing that was put aside is there. */
  readonly handles: readonly [start: number, peak: number, end: number]
  readonly wrong: readonly string[]
}

interface Sample {
  readonly at: number
  readonly mb: number
}

/** Least squares: by how many MB it grows in an hour. */
const slopeOf = (samples: readonly Sample[]): number => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(samples.map(({ at }) => at)), mean(samples.map(({ mb }) => mb))]
  const up = samples.reduce((sum, { at, mb }) => sum + (at - x) * (mb - y), 0)
  const down = samples.reduce((sum, { at }) => sum + (at - x) ** 2, 0)
  return down === 0 ? 0 : (up / down) * 3600
}

const files = 20
/** Of each file, so many stay when it is rotated: more than are unread while the store restarts. */
const kept = 10
/** What memory may grow by after the warm-up, as a share of its peak; and handles in number, once nothing is put aside. */
const mostGrowth = { memory: 0.5, handles: files }
/** Milliseconds that a slow and busy machine may take, starts of an engine among them. */
const patience = 300_000

/** Runs the real service on 20 files under rotation while its store restarts; nothing may be lost, doubled or grow. */
export const soak = async (options: SoakOptions): Promise<SoakResult> => {
  const { url, seconds, tell } = options
  const scratch = scratchDir('tailrace-soak')
  const environment = { TAILRACE_STORE: url, TAILRACE_NGINX_ACCESS: '*.log', TAILRACE_NAMESPACE: 'soak' }
  const run = (args: readonly string[]) => tailrace(scratch.path, args, { environment })
  const logs = Array.from({ length: files }, (_, i) => join(scratch.path, `access-${i}.log`))
  const service = served(scratch.path)
  const endNow = (): void => void service.end('SIGKILL')
  process.once('exit', endNow)
  const open = (): number => readdirSync(`/proc/${service.pid}/fd`).length
  const residentMb = (): number =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${service.pid}/status`, 'latin1'))![1]) / 1000
  const countStored = async (): Promise<number> =>
    Number(rowsOf((await run(['stats', '--format', 'ndjson'])).out)[0]?.['count'] ?? 0)
  const samples: Sample[] = []
  const wrong: string[] = []
  let written = 0
  let rotations = 0
  let restarts = 0
  let restarting: Promise<void> = Promise.resolve()
  let failure: unknown

  const write = (): void => {
    for (const log of logs) {
      appendFileSync(log, accessLines(20, written))
      written += 20
    }
  }
  const rotate = (): void => {
    rotations++
    for (const log of logs) {
      rmSync(`${log}.${kept}`, { force: true })
      for (let number = kept - 1; number >= 1; number--)
        if (rotations > number) renameSync(`${log}.${number}`, `${log}.${number + 1}`)
      renameSync(log, `${log}.1`)
      writeFileSync(log, '')
    }
  }
  const restart = (): void => {
    restarts++
    restarting = restarting.then(options.restart)
    restarting.catch((error: unknown) => {
      failure = error
    })
  }

  try {
    write()
    service.run(['--no-web'], environment)
    // What is put aside before it is known would not be its to read.
    const isBegun = async (): Promise<boolean> => (await countStored()) === written
    await waitUntil('the first are stored', isBegun, { timeout: patience, every: 500 })
    const openFirst = open()
    let openMost = openFirst
    const begun = performance.now()
    const now = (): number => (performance.now() - begun) / 1000
    const sample = (): void => {
      samples.push({ at: now(), mb: residentMb() })
      openMost = Math.max(openMost, open())
    }
    let rotated = 0
    let restarted = 0
    for (let at = 0; at < seconds; at = now()) {
      write()
      if (at - rotated >= options.rotateEvery) {
        rotated = at
        rotate()
      }
      if (at - restarted >= options.restartEvery) {
        restarted = at
        restart()
      }
      if (failure !== undefined) throw failure
      sample()
      if (samples.length % 60 === 0)
        tell(`${Math.round(at)} s: ${written} lines, ${Math.round(samples.at(-1)!.mb)} MB, ${open()} handles`)
      await sleep(1000)
    }
    await restarting
    const isDelivered = async (): Promise<boolean> => (await countStored()) >= written
    await waitUntil('all is stored', isDelivered, { timeout: patience, every: 1000 }).catch((error: unknown) =>
      wrong.push(String(error)),
    )
    // What was put aside stays open while it is there (source/handles.ts), and is closed when it is gone and settled.
    for (const log of logs) for (let number = 1; number <= kept; number++) rmSync(`${log}.${number}`, { force: true })
    const isClosed = (): boolean => {
      sample()
      return open() <= openFirst + mostGrowth.handles
    }
    await waitUntil('handles are closed', isClosed, { timeout: patience, every: 1000 }).catch((error: unknown) =>
      wrong.push(String(error)),
    )
    const openLast = open()
    await service.end('SIGTERM')
    const last = await run(['run', '--once', '--no-web'])
    if (last.code !== 0) wrong.push(last.err)
    const count = await countStored()
    const account = await run(['ledger', '--verify', '--format', 'ndjson'])
    if (count !== written) wrong.push(`${written} lines were written, ${count} are stored`)
    if (account.code !== 0 || !account.out.includes('"verified":true'))
      wrong.push(account.out.slice(-500) + account.err)
    const settled = samples.slice(Math.floor(samples.length / 3))
    const hours = (settled.at(-1)!.at - settled[0]!.at) / 3600
    const memory = slopeOf(settled)
    const peakMb = Math.max(...samples.map(({ mb }) => mb))
    if (memory * hours > mostGrowth.memory * peakMb) wrong.push(`memory grows by ${Math.round(memory)} MB an hour`)
    if (wrong.length > 0) wrong.push(service.said.slice(-2000))
    return {
      written,
      stored: count,
      rotations,
      restarts,
      memorySlopeMb: Math.round(memory),
      peakMb: Math.round(peakMb),
      handles: [openFirst, openMost, openLast],
      wrong,
    }
  } finally {
    process.off('exit', endNow)
    await service.end('SIGKILL')
    scratch.remove()
  }
}
