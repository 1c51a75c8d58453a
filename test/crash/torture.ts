/** `npm run torture`: real crashes, and a count against truth. */
import { createEngineNode, type EngineNode } from '../support/engine-node.ts'
import { scriptOptions, wholeNumber } from '../support/script-options.ts'
import { torture, type Victim } from './torture-run.ts'

const values = scriptOptions(
  `Usage: npm run torture -- [--runs 50] [--store duckdb|elasticsearch|opensearch|all] [--seed 1] [--rounds 4]

Runs the service as a process and kills it at instants that the seed decides, its engine too, while files are written
and rotated; then counts what is stored against what was written.

  --runs N    runs for each store; default 50
  --store S   duckdb, elasticsearch, opensearch or all; default all
  --seed N    seed of the first run, each further one is the next number; default 1
  --rounds N  kills in a run, and starts after them; default 4`,
  {
    runs: { type: 'string', default: '50' },
    store: { type: 'string', default: 'all' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '4' },
  },
)
const [runs, first, rounds] = [
  wholeNumber('runs', values.runs, 1),
  wholeNumber('seed', values.seed, 0),
  wholeNumber('rounds', values.rounds, 1),
]
const kinds = ['duckdb', 'elasticsearch', 'opensearch'] as const
const chosen = kinds.filter((kind) => values.store === 'all' || values.store === kind)
if (chosen.length === 0) {
  console.error(`there is no store ${values.store}; there are ${kinds.join(', ')}, all`)
  process.exit(2)
}

const engines: EngineNode[] = []
process.on('exit', () => {
  for (const engine of engines) engine.closeNow()
})

const victimOf = async (kind: (typeof kinds)[number]): Promise<Victim> => {
  if (kind === 'duckdb') return { name: kind, environment: {} }
  const engine = await createEngineNode(kind)
  engines.push(engine)
  await engine.start()
  const restart = async (): Promise<void> => {
    await engine.stop('SIGKILL')
    await engine.start()
  }
  return { name: kind, environment: { TAILRACE_STORE: engine.url }, restart }
}

const table: Record<string, unknown>[] = []
let failed = false
for (const kind of chosen) {
  const victim = await victimOf(kind)
  const row = { store: kind, runs: 0, kills: 0, restarts: 0, written: 0, lost: 0, duplicated: 0, unbalanced: 0 }
  table.push(row)
  for (let seed = first; seed < first + runs; seed++) {
    const result = await torture(victim, seed, rounds)
    row.runs++
    row.kills += result.kills
    row.restarts += result.restarts
    row.written += result.written
    row.lost += result.lost
    row.duplicated += result.duplicated
    if (result.unbalanced !== '') row.unbalanced++
    const isWell = result.lost === 0 && result.duplicated === 0 && result.unbalanced === ''
    failed ||= !isWell
    if (!isWell) console.log(`${kind}, --seed ${seed}: ${JSON.stringify(result)}`)
    // Whoever ends a long run early has what it saw so far.
    if (row.runs % 5 === 0) console.table(table)
  }
  console.table(table)
}
for (const engine of engines) await engine.close()
process.exitCode = failed ? 1 : 0
