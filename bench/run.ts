/** `npm run bench [NAME…] [-- --json FILE --lines N --rounds N]`: measures, prints a table, and says which goals were missed. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { resolveTailrace } from '../src/cli/resolve.ts'
import type { Benchmark, Row } from './support/benchmark.ts'
import { goalText, table } from './support/table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    lines: { type: 'string', default: '4000000' },
    rounds: { type: 'string', default: '2' },
  },
})

resolveTailrace()
const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.ts') && name !== 'run.ts')
const names = files.map((name) => name.slice(0, -3)).sort()
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${names.join(', ')}`)
  process.exit(2)
}

const results: { readonly benchmark: string; readonly rows: readonly Row[] }[] = []
const missed: string[] = []
for (const name of positionals.length === 0 ? names : positionals) {
  const { default: benchmark } = (await import(`./${name}.ts`)) as { default: Benchmark }
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-bench-'))
  try {
    console.log(`\n${name}: ${benchmark.about}`)
    const rows = await benchmark.run({ folder, lines: Number(values.lines), rounds: Number(values.rounds) })
    console.log(table(rows))
    results.push({ benchmark: name, rows })
    for (const { subject, goals } of rows)
      for (const goal of goals) if (!goal.reached) missed.push(`${name}, ${subject}: ${goalText(goal)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

if (values.json !== undefined) {
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpus: availableParallelism(),
  }
  await writeFile(
    values.json,
    `${JSON.stringify({ at: new Date().toISOString(), ...machine, results }, undefined, 2)}\n`,
  )
}
console.log(missed.length === 0 ? '\nall goals reached' : `\nmissed:\n${missed.map((text) => `  ${text}`).join('\n')}`)
process.exitCode = missed.length === 0 ? 0 : 1
