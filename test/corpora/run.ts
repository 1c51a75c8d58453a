/**
 * `npm run corpora -- DIR [SET…] [--report FILE]` reads sets of logs that others wrote: each folder of DIR for which there is a
 * file in `sets/`. The table goes to standard output, every difference to the report, a JSON object a line. By hand: the sets
 * are none of the project's.
 */
import { createWriteStream, existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { printRows } from '../../src/cli/output.ts'
import { resolveTailrace } from '../../src/cli/resolve.ts'
import type { Corpus, Score } from './corpus.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: 'string', default: 'corpora-report.ndjson' } },
})
const [folder, ...only] = positionals
if (folder === undefined || !existsSync(folder)) {
  console.error('say which folder holds the sets: npm run corpora -- DIR [SET…] [--report FILE]')
  process.exit(2)
}
resolveTailrace()

const sets = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (only.length === 0 || only.includes(entry.name)))
  .map(({ name }) => name)
const known = readdirSync(join(import.meta.dirname, 'sets')).map((name) => basename(name, '.ts'))
const report = createWriteStream(values.report)

const share = (part: number, whole: number): string => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(2)} %`)
const columns = ['set', 'part', 'records', 'parsed', 'parsed %', 'expected', 'equal', 'equal %', 'differences', 'note']
const row = (set: string, { expected, equal, differences, ...score }: Score): string =>
  JSON.stringify({
    set,
    ...score,
    'parsed %': share(score.parsed, score.records),
    ...(expected === undefined ? {} : { expected, equal, 'equal %': share(equal ?? 0, expected) }),
    differences: differences.length,
  })
const allOf = (scores: readonly Score[]): Score => {
  const sum = (of: (score: Score) => number | undefined): number =>
    scores.reduce((all, score) => all + (of(score) ?? 0), 0)
  return {
    part: 'all',
    records: sum(({ records }) => records),
    parsed: sum(({ parsed }) => parsed),
    ...(scores.every(({ expected }) => expected === undefined)
      ? {}
      : { expected: sum(({ expected }) => expected), equal: sum(({ equal }) => equal) }),
    differences: scores.flatMap(({ differences }) => differences),
  }
}

const rows: string[] = []
for (const set of sets.sort()) {
  if (!known.includes(set)) {
    rows.push(JSON.stringify({ set, note: 'no file in test/corpora/sets reads it' }))
    continue
  }
  const { default: corpus } = (await import(`./sets/${set}.ts`)) as { default: Corpus }
  const scores: Score[] = []
  for await (const score of corpus.scores(join(folder, set))) {
    rows.push(row(set, score))
    scores.push(score)
    for (const difference of score.differences)
      report.write(`${JSON.stringify({ set, part: score.part, ...difference })}\n`)
  }
  if (scores.length > 1) rows.push(row(set, allOf(scores)))
}
await new Promise((resolve) => report.end(resolve))
await printRows(rows, 'table', columns)
console.log(`\nevery difference: ${values.report}`)
