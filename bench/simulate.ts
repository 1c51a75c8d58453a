import { join } from 'node:path'
import type { Benchmark, Sample } from './support/benchmark.ts'
import { compare } from './support/compare.ts'
import { measureProcess } from './support/process.ts'

const seeds = 100
const program = join(import.meta.dirname, '../test/simulation/simulate.ts')

/** A seed may take 50 ms of CPU; the process's own start is included. */
const simulate: Benchmark = {
  name: 'simulate',
  about: `CPU seconds of ${seeds} seeds of the simulation, its start included`,
  async run({ folder, rounds }) {
    const measure = async (): Promise<Sample> => {
      // The process's own clock is a simulated one.
      const begun = performance.now()
      const { cpuSeconds = 0 } = await measureProcess(folder, program, ['--seeds', String(seeds)])
      return { seconds: (performance.now() - begun) / 1000, cpuSeconds }
    }
    return await compare(
      [{ name: `${seeds} seeds`, goals: [{ figure: 'cpuSeconds', atMost: (seeds * 50) / 1000 }], measure }],
      { rounds },
    )
  },
}
export default simulate
