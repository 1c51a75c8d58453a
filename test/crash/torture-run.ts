import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { createRandom } from '../../src/service/demo/random.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { served } from '../support/served.ts'
import { accessLines, type Ended, tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

/** A store under torture: how the service is told of it, and how it is hurt. */
export interface Victim {
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  /** Ends it as a power cut would and starts it again; undefined for what lives in the service. */
  readonly restart?: () => Promise<void>
}

export interface TortureResult {
  readonly written: number
  readonly lost: number
  readonly duplicated: number
  /** Why the ledger does not balance or agree with the store; empty: it does. */
  readonly unbalanced: string
  readonly kills: number
  readonly restarts: number
}

const lastOf = (text: string): Record<string, unknown> =>
  JSON.parse(text.trimEnd().split('\n').at(-1) ?? '{}') as Record<string, unknown>

/**
 * One run of the real service: files are written and rotated by rename, by copytruncate and with gzip, while the
 * service is killed with SIGKILL at instants that the seed decides, and its store too. Then what is stored is counted
 * against what was written. `rounds`: lives of the service.
 */
export const torture = async (victim: Victim, seed: number, rounds: number): Promise<TortureResult> => {
  const random = createRandom(seed, 0x70)
  const scratch = scratchDir('tailrace-torture')
  const log = join(scratch.path, 'access.log')
  const environment = {
    ...victim.environment,
    TAILRACE_NGINX_ACCESS: 'access.log',
    TAILRACE_NAMESPACE: `torture${seed}`,
  }
  const run = (args: readonly string[]): Promise<Ended> => tailrace(scratch.path, args, { environment })
  const service = served(scratch.path)
  const endNow = (): void => void service.end('SIGKILL')
  process.once('exit', endNow)
  let written = 0
  let restarting: Promise<void> = Promise.resolve()
  let isAway = false
  let restarts = 0

  /** A failure is thrown where it is awaited. */
  const restart = (how: () => Promise<void>): void => {
    restarts++
    isAway = true
    restarting = restarting.then(how).finally(() => {
      isAway = false
    })
    restarting.catch(() => undefined)
  }

  const write = (): void => {
    const count = random.between(1, 400)
    appendFileSync(log, accessLines(count, written))
    written += count
  }
  /** None is overwritten: what no life of the service came to read would be gone. */
  const shift = (): void => {
    for (let number = rounds; number >= 1; number--)
      for (const ending of ['', '.gz'])
        if (existsSync(`${log}.${number}${ending}`))
          renameSync(`${log}.${number}${ending}`, `${log}.${number + 1}${ending}`)
  }
  /** Nobody writes meanwhile: what is lost then no reader could have had. */
  const rotate = (): void => {
    const manner = random.pick(['rename', 'copytruncate', 'gzip'] as const)
    shift()
    if (manner === 'copytruncate') {
      copyFileSync(log, `${log}.1`)
      truncateSync(log, 0)
      return
    }
    renameSync(log, `${log}.1`)
    writeFileSync(log, '')
    if (manner === 'rename') return
    writeFileSync(`${log}.1.gz`, gzipSync(readFileSync(`${log}.1`)))
    rmSync(`${log}.1`)
  }

  try {
    writeFileSync(log, '')
    // Known before the first rotation: what was put aside earlier would not be its to read.
    write()
    const first = await run(['run', '--once', '--no-web'])
    if (first.code !== 0) throw new Error(`the first run ended with ${first.code}:\n${first.err}`)
    for (let round = 0; round < rounds; round++) {
      service.run(['--no-web'], environment)
      // Most are killed while they read, however long they take to start; some while they start, or wait for their store.
      if (!isAway && random.chance(0.7))
        await waitUntil(
          `it reads; it said: ${service.said}`,
          () => {
            write()
            return service.said.includes('following nginx.access')
          },
          { timeout: 180_000, every: 200 },
        )
      for (let until = performance.now() + random.next() * 1000; performance.now() < until; ) {
        write()
        await sleep(random.next() * 120)
      }
      if (victim.restart !== undefined && round % 5 === 2) restart(victim.restart)
      await service.end('SIGKILL')
      rotate()
      write()
    }
    await restarting
    const last = await run(['run', '--once', '--no-web'])
    if (last.code !== 0) return { written, lost: written, duplicated: 0, unbalanced: last.err, kills: rounds, restarts }
    const found = await run(['search', '--format', 'ndjson', '--fields', 'url.original', '-n', '1000000'])
    const times = new Map<string, number>()
    for (const [, number = ''] of found.out.matchAll(/\/orders\/(\d+)/g))
      times.set(number, (times.get(number) ?? 0) + 1)
    const account = await run(['ledger', '--verify', '--format', 'ndjson'])
    const total = lastOf(account.out)['total'] as { verified: unknown; balanced: unknown; stored: unknown } | undefined
    const isSound =
      account.code === 0 && total?.verified === true && total.balanced === true && total.stored === written
    return {
      written,
      lost: Array.from({ length: written }, (_, i) => String(i)).filter((number) => !times.has(number)).length,
      duplicated: [...times.values()].reduce((sum, count) => sum + count - 1, 0),
      unbalanced: isSound ? '' : `${JSON.stringify(total)} ${account.err}`,
      kills: rounds,
      restarts,
    }
  } finally {
    process.off('exit', endNow)
    await service.end('SIGKILL')
    scratch.remove()
  }
}
