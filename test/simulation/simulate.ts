/** `npm run simulate` runs seeds of the simulation and tells of those that go wrong, how. */
import { scriptOptions, wholeNumber } from '../support/script-options.ts'
import { simulateModules } from './modules.ts'
import { type Outcome, runSeed } from './run-seed.ts'
import { loadCode } from './service.ts'
import { createWorld, inhabit } from './world.ts'

const values = scriptOptions(
  `Usage: npm run simulate -- [--seeds 1000] [--from 1] [--first] [--file src/… --text OLD --by NEW]
       npm run simulate -- --seed N [--file src/… --text OLD --by NEW]

Runs the service as it is over a system made up for the purpose, and tells of the seeds that go wrong, how.

  --seeds N    how many; default 1000
  --from N     the first of them; default 1
  --first      end with the first that goes wrong
  --seed N     this one alone, step by step
  --file FILE  a file of src/ that is changed before: --text OLD is replaced --by NEW, to see that it is found out`,
  {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    file: { type: 'string' },
    text: { type: 'string', default: '' },
    by: { type: 'string', default: '' },
    first: { type: 'boolean', default: false },
  },
)
const [seeds, from] = [wholeNumber('seeds', values.seeds, 1), wholeNumber('from', values.from, 0)]
const only = values.seed === undefined ? undefined : wholeNumber('seed', values.seed, 0)
const { file, text, by } = values
/** Steps that are shown of a seed that goes wrong. */
const shown = 40

inhabit(createWorld(0))
await simulateModules(file === undefined ? undefined : { file, text, by })
const code = await loadCode()
// What is loaded late is loaded before the first seed that counts.
await runSeed(code, 0)

const tell = ({ seed, wrong, ...figures }: Outcome): void => {
  console.log(`seed ${seed} ${wrong.length === 0 ? 'went well' : 'went wrong'}: ${JSON.stringify(figures)}`)
  for (const one of wrong.slice(0, 20)) console.log(`  ${one}`)
}

const tellOne = async (seed: number): Promise<boolean> => {
  const outcome = await runSeed(code, seed, (line) => console.log(line))
  tell(outcome)
  return outcome.wrong.length === 0
}

const tellMany = async (first: number, count: number): Promise<boolean> => {
  const sums: Record<string, number> = {}
  const begun = process.cpuUsage()
  let failed = 0
  for (let seed = first; seed < first + count; seed++) {
    const outcome = await runSeed(code, seed)
    const { seed: _, wrong, fingerprint, ...figures } = outcome
    for (const [name, value] of Object.entries(figures)) sums[name] = (sums[name] ?? 0) + value
    if (wrong.length === 0) continue
    failed++
    const steps: string[] = []
    await runSeed(code, seed, (line) => steps.push(line))
    console.log(`… ${Math.max(0, steps.length - shown)} steps before; all of them: npm run simulate -- --seed ${seed}`)
    for (const line of steps.slice(-shown)) console.log(line)
    tell(outcome)
    if (values.first) return false
  }
  const { user, system } = process.cpuUsage(begun)
  const ms = (user + system) / 1000 / count
  const told = Object.entries(sums).map(([name, sum]) => `${sum} ${name}`)
  console.log(`${count} seeds, ${failed} of them wrong; ${told.join(', ')}; ${ms.toFixed(1)} ms of CPU a seed`)
  return failed === 0
}

const isWell = only === undefined ? await tellMany(from, seeds) : await tellOne(only)
process.exitCode = isWell ? 0 : 1
