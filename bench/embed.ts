import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAccessLog } from './support/access-log.ts'
import type { Benchmark, Goal, Sample, Subject } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { writeConfiguration } from './support/configuration.ts'
import { measureProcess, outputOf, processFile, tailrace } from './support/process.ts'

const goals: readonly Goal[] = [{ figure: 'linesPerCpuSecond', atLeast: 150_000 }]

const embed: Benchmark = {
  name: 'embed',
  about: 'a log file to the embedded DuckDB, committed; the whole process, its start and DuckDB included',
  async run({ folder, lines, rounds }) {
    const log = writeAccessLog(join(folder, 'access.log'), { lines })
    const measure = async (run: (data: string) => Promise<Sample>): Promise<Sample> => {
      const data = await mkdtemp(join(folder, 'data-'))
      const sample = await run(data)
      await rm(data, { recursive: true })
      return { ...sample, lines: log.lines, bytes: log.bytes }
    }
    const run = async (steps: readonly string[] | undefined): Promise<Subject['measure']> => {
      const configuration = await writeConfiguration(folder, log.path, steps)
      return () =>
        measure(async (data) => {
          const place = ['--config', configuration, '--data', data]
          const sample = await measureProcess(folder, tailrace, ['run', '--once', '--no-web', ...place])
          const { count } = JSON.parse(await outputOf(tailrace, ['stats', '--format', 'ndjson', ...place]))
          if (count !== lines) throw new Error(`${count} of ${lines} events were stored`)
          return sample
        })
    }
    return compare(
      [
        {
          name: 'regular expression, JSON.stringify, read_json',
          measure: () =>
            measure((data) =>
              measureProcess(folder, processFile('line-by-line-to-duckdb'), [log.path, join(data, 'events.duckdb')]),
            ),
        },
        { name: 'plain', goals, measure: await run([]) },
        { name: 'with geo, agent, ids', measure: await run(['geoip()', 'userAgent()']) },
        { name: 'as the built-in pipeline', measure: await run(undefined) },
      ],
      { rounds },
    )
  },
}
export default embed
