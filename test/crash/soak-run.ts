import { once } from 'node:events'
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { scratchDir } from '../support/scratch-dir.ts'
import { accessLines, begin, tailrace } from '../support/tailrace.ts'

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
  readonly handleSlope: number
  readonly peakMb: number
  readonly peakHandles: number
  readonly wrong: readonly string[]
}

interface Sample {
  readonly at: number
  readonly mb: number
  readonly handles: number
}

/** Least squares: how much `of` grows in an hour. */
const slopeOf = (samples: readonly Sample[], of: (sample: Sample) => number): number => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(samples.map(({ at }) => at)), mean(samples.map(of))]
  const up = samples.reduce((sum, sample) => sum + (sample.at - x) * (of(sample) - y), 0)
  const down = samples.reduce((sum, { at }) => sum + (at - x) ** 2, 0)
  return down === 0 ? 0 : (up / down) * 3600
}

const files = 20
/** Of each file, so many stay when it is rotated: more than are unread while the store restarts. */
const kept = 10
/** What memory may grow by after the warm-up, as a share of its peak, and handles in number. */
const mostGrowth = { memory: 0.3, handles: 20 }

/** Runs the real service on 20 files under rotation while its store restarts; nothing may be lost, doubled or grow. */
export const soak = async (options: SoakOptions): Promise<SoakResult> => {
  const { url, seconds, tell } = options
  const scratch = scratchDir('tailrace-soak')
  const environment = { TAILRACE_STORE: url, TAILRACE_NGINX_ACCESS: '*.log', TAILRACE_NAMESPACE: 'soak' }
  const run = (args: readonly string[]) => tailrace(scratch.path, args, { environment })
  const logs = Array.from({ length: files }, (_, i) => join(scratch.path, `access-${i}.log`))
  for (const log of logs) writeFileSync(log, '')
  const service = begin(scratch.path, ['run', '--no-web'], environment)
  service.stdout!.resume()
  service.stderr!.resume()
  const ended = once(service, 'close')
  const sample = (at: number): Sample => ({
    at,
    mb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${service.pid}/status`, 'latin1'))![1]) / 1000,
    handles: readdirSync(`/proc/${service.pid}/fd`).length,
  })
  const samples: Sample[] = []
  const wrong: string[] = []
  let written = 0
  let rotations = 0
  let restarts = 0
  let restarting: Promise<void> = Promise.resolve()
  try {
    const begun = performance.now()
    let rotated = 0
    let restarted = 0
    for (let at = 0; at < seconds; at = (performance.now() - begun) / 1000) {
      for (const log of logs) {
        appendFileSync(log, accessLines(20, written))
        written += 20
      }
      if (at - rotated >= options.rotateEvery) {
        rotated = at
        rotations++
        for (const log of logs) {
          rmSync(`${log}.${kept}`, { force: true })
          for (let number = kept - 1; number >= 1; number--)
            if (rotations > number) renameSync(`${log}.${number}`, `${log}.${number + 1}`)
          renameSync(log, `${log}.1`)
          writeFileSync(log, '')
        }
      }
      if (at - restarted >= options.restartEvery) {
        restarted = at
        restarts++
        restarting = restarting.then(options.restart)
      }
      if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode}`)
      samples.push(sample(at))
      if (samples.length % 60 === 0)
        tell(
          `${Math.round(at)} s: ${written} lines, ${Math.round(samples.at(-1)!.mb)} MB, ${samples.at(-1)!.handles} handles`,
        )
      await sleep(1000)
    }
    await restarting
    service.kill('SIGTERM')
    await ended
    const last = await run(['run', '--once', '--no-web'])
    if (last.code !== 0) wrong.push(last.err)
    const [{ count = 0 } = {}] = (await run(['stats', '--format', 'ndjson'])).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { count?: number })
    const account = await run(['ledger', '--verify', '--format', 'ndjson'])
    if (count !== written) wrong.push(`${written} lines were written, ${count} are stored`)
    if (account.code !== 0 || !account.out.includes('"verified":true'))
      wrong.push(account.out.slice(-500) + account.err)
    const settled = samples.slice(Math.floor(samples.length / 3))
    const hours = (settled.at(-1)!.at - settled[0]!.at) / 3600
    const memory = slopeOf(settled, ({ mb }) => mb)
    const handles = slopeOf(settled, (each) => each.handles)
    const peakMb = Math.max(...samples.map(({ mb }) => mb))
    if (memory * hours > mostGrowth.memory * peakMb) wrong.push(`memory grows by ${Math.round(memory)} MB an hour`)
    if (handles * hours > mostGrowth.handles) wrong.push(`handles grow by ${Math.round(handles)} an hour`)
    return {
      written,
      stored: count,
      rotations,
      restarts,
      memorySlopeMb: Math.round(memory),
      handleSlope: Math.round(handles),
      peakMb: Math.round(peakMb),
      peakHandles: Math.max(...samples.map(({ handles }) => handles)),
      wrong,
    }
  } finally {
    service.kill('SIGKILL')
    scratch.remove()
  }
}
