import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../src/service/control.ts'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { secondsOf, start, tailrace } from './support/process.ts'
import { openStandIn } from './support/stand-in.ts'

const lines = 100

/** Resolves when a question of the running service counts events. */
const countsEvents = async (data: string): Promise<void> => {
  for (;;) {
    try {
      for await (const row of ask(data, 'stats', {})) if ((JSON.parse(row) as { count: number }).count > 0) return
    } catch {
      // Not listening yet, or starting.
    }
    await sleep(5)
  }
}

const startBenchmark: Benchmark = {
  name: 'start',
  about: 'seconds until the help is there, and until the first event of a file is stored, as a user sees them',
  async run({ folder, rounds }) {
    const log = writeAccessLog(join(folder, 'access.log'), { lines })
    await using store = await openStandIn()
    const first = (args: readonly string[], stored: (data: string) => Promise<void>) => async (): Promise<Sample> => {
      const data = await mkdtemp(join(folder, 'data-'))
      const begun = performance.now()
      const service = start(tailrace, ['run', log.path, '--no-web', '--data', data, ...args])
      const failed = service.ended.then(() => {
        throw new Error(`the service ended:\n${service.said()}`)
      })
      await Promise.race([stored(data), failed])
      const seconds = (performance.now() - begun) / 1000
      failed.catch(() => undefined)
      service.child.kill('SIGTERM')
      await once(service.child, 'exit')
      await rm(data, { recursive: true })
      return { seconds }
    }
    return await compare(
      [
        {
          name: '--help',
          goals: [{ figure: 'seconds', atMost: 0.12 }],
          measure: async () => ({ seconds: await secondsOf(tailrace, ['--help']) }),
        },
        {
          name: 'run to first event, stand-in',
          goals: [{ figure: 'seconds', atMost: 1 }],
          measure: first(['--store', store.url], () => store.first()),
        },
        {
          name: 'run to first event, embedded',
          goals: [{ figure: 'seconds', atMost: 1 }],
          measure: first([], countsEvents),
        },
      ],
      { rounds: rounds * 3 },
    )
  },
}
export default startBenchmark
