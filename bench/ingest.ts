import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { outputOf, processFile, start } from './support/process.ts'

const ingest: Benchmark = {
  name: 'ingest',
  about:
    'records pushed by HTTP in bodies of 500, checked, kept in the spool, answered and read from there; seconds as the sender waits, CPU of the receiver',
  async run({ folder, lines, rounds }) {
    const records = Math.max(500, Math.floor(lines / 2000) * 500)
    const measure = async (): Promise<Sample> => {
      const data = await mkdtemp(join(folder, 'data-'))
      const usage = join(data, 'usage.json')
      const server = start(processFile('ingest-server'), [data, String(records)], usage)
      const [address] = (await once(server.child, 'message')) as [string]
      const sent = JSON.parse(await outputOf(processFile('ingest-client'), [address, String(records)])) as {
        readonly seconds: number
        readonly bytes: number
      }
      const [code] = await server.ended
      if (code !== 0) throw new Error(`the receiver ended with ${code}:\n${server.said()}`)
      const { cpuSeconds, peakBytes } = JSON.parse(await readFile(usage, 'utf8')) as Required<Sample>
      await rm(data, { recursive: true })
      return { lines: records, bytes: sent.bytes, seconds: sent.seconds, cpuSeconds, peakBytes }
    }
    return compare([{ name: 'to the spool', goals: [{ figure: 'linesPerCpuSecond', atLeast: 100_000 }], measure }], {
      rounds,
      baseline: false,
    })
  },
}
export default ingest
