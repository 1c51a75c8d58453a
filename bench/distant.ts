import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { writeConfiguration } from './support/configuration.ts'
import { measureProcess, tailrace } from './support/process.ts'
import { openStandIn } from './support/stand-in.ts'

const distant: Benchmark = {
  name: 'distant',
  about: 'a log file to a stand-in that answers late: seconds grow by less than the delay as more is sent at once',
  async run({ folder, lines, rounds }) {
    const log = writeAccessLog(join(folder, 'access.log'), { lines })
    await using store = await openStandIn()
    const configuration = await writeConfiguration(folder, log.path, [])
    const after = (milliseconds: number) => async (): Promise<Sample> => {
      const data = await mkdtemp(join(folder, 'data-'))
      store.answerLater(milliseconds)
      const place = ['--config', configuration, '--data', data, '--store', store.url]
      const sample = await measureProcess(folder, tailrace, ['run', '--once', '--no-web', ...place])
      await rm(data, { recursive: true })
      return { ...sample, lines: log.lines, bytes: log.bytes }
    }
    return await compare(
      [0, 50, 200].map((delay) => ({ name: `${delay} ms later`, measure: after(delay) })),
      { rounds, warm: false },
    )
  },
}
export default distant
