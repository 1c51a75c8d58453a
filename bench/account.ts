import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { writeConfiguration } from './support/configuration.ts'
import { measureProcess, tailrace } from './support/process.ts'
import { shareOf } from './support/profile.ts'
import { openStandIn } from './support/stand-in.ts'

/** Where checkpoints and ledger are made, written down and read. */
const accounting = /src\/(pipeline\/progress|store\/ledger|service\/progress-log|durable\/\w+)\.ts$/

const account: Benchmark = {
  name: 'account',
  about: 'the share of checkpoint and ledger in the time of the whole process, by a profile of it',
  async run({ folder, lines, rounds }) {
    const log = writeAccessLog(join(folder, 'access.log'), { lines })
    await using store = await openStandIn()
    const run = async (place: readonly string[]) => {
      const configuration = await writeConfiguration(folder, log.path, [])
      return async (): Promise<Sample> => {
        const data = await mkdtemp(join(folder, 'data-'))
        const profiles = await mkdtemp(join(folder, 'profile-'))
        const args = ['run', '--once', '--no-web', '--config', configuration, '--data', data, ...place]
        const sample = await measureProcess(folder, tailrace, args, ['--cpu-prof', `--cpu-prof-dir=${profiles}`])
        const percent = 100 * (await shareOf(profiles, accounting))
        await rm(data, { recursive: true })
        return { ...sample, lines: log.lines, bytes: log.bytes, percent }
      }
    }
    const goals = [{ figure: 'percent', atMost: 3 }] as const
    return await compare(
      [
        { name: 'to a stand-in', goals, measure: await run(['--store', store.url]) },
        { name: 'embedded', goals, measure: await run([]) },
      ],
      { rounds, warm: false, baseline: false },
    )
  },
}
export default account
