import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Goal, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { writeConfiguration } from './support/configuration.ts'
import { measureProcess, processFile, tailrace } from './support/process.ts'
import { openStandIn } from './support/stand-in.ts'

const mibGoal = (atLeast: number): readonly Goal[] => [{ figure: 'mibPerCpuSecond', atLeast }]

const deliver: Benchmark = {
  name: 'deliver',
  about: 'a log file to bulk requests of a stand-in of Elasticsearch; the whole process, its start included',
  async run({ folder, lines, rounds }) {
    const log = writeAccessLog(join(folder, 'access.log'), { lines })
    await using store = await openStandIn()
    const measure = async (script: string, args: (data: string) => readonly string[]): Promise<Sample> => {
      const data = await mkdtemp(join(folder, 'data-'))
      store.reset()
      const sample = await measureProcess(folder, script, args(data))
      const { documents, broken } = await store.counts()
      if (documents !== lines || broken > 0)
        throw new Error(`${documents} of ${lines} documents arrived, ${broken} of them broken`)
      await rm(data, { recursive: true })
      return { ...sample, lines: log.lines, bytes: log.bytes }
    }
    const run = async (steps: readonly string[] | undefined): Promise<() => Promise<Sample>> => {
      const configuration = await writeConfiguration(folder, log.path, steps)
      return () =>
        measure(tailrace, (data) => [
          ...['run', '--once', '--no-web', '--config', configuration, '--data', data, '--store', store.url],
        ])
    }
    // Awaited here: the stand-in ends with this scope.
    return await compare(
      [
        {
          name: 'regular expression, JSON.stringify, fetch',
          measure: () => measure(processFile('line-by-line-to-bulk'), () => [log.path, store.url]),
        },
        { name: 'plain', goals: mibGoal(80), measure: await run([]) },
        { name: 'with geo, agent, ids', goals: mibGoal(30), measure: await run(['geoip()', 'userAgent()']) },
        { name: 'as the built-in pipeline', measure: await run(undefined) },
      ],
      { rounds },
    )
  },
}
export default deliver
