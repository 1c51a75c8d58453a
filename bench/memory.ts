import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { writeConfiguration } from './support/configuration.ts'
import { measureProcess, tailrace } from './support/process.ts'
import { openStandIn } from './support/stand-in.ts'

const gigabyte = 1e9

const memory: Benchmark = {
  name: 'memory',
  about: 'resident memory of the whole process while a gigabyte of log is read and stored',
  async run({ folder }) {
    const log = writeAccessLog(join(folder, 'access.log'), { bytes: gigabyte })
    await using store = await openStandIn()
    const run = async (steps: readonly string[] | undefined, place: readonly string[]) => {
      const configuration = await writeConfiguration(folder, log.path, steps)
      return async (): Promise<Sample> => {
        const data = await mkdtemp(join(folder, 'data-'))
        const args = ['run', '--once', '--no-web', '--config', configuration, '--data', data, ...place]
        const sample = await measureProcess(folder, tailrace, args)
        await rm(data, { recursive: true })
        return { ...sample, lines: log.lines, bytes: log.bytes }
      }
    }
    const remote = ['--store', store.url]
    return await compare(
      [
        { name: 'to a stand-in, plain', goals: [{ figure: 'peakMb', atMost: 250 }], measure: await run([], remote) },
        { name: 'to a stand-in, as the built-in pipeline', measure: await run(undefined, remote) },
        { name: 'embedded, plain', goals: [{ figure: 'peakMb', atMost: 450 }], measure: await run([], []) },
        { name: 'embedded, as the built-in pipeline', measure: await run(undefined, []) },
      ],
      { rounds: 1, warm: false, baseline: false },
    )
  },
}
export default memory
