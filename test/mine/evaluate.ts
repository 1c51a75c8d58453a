/**
 * `node test/mine/evaluate.ts DIR [SET…] [--wrong N]` tells how well messages are told from each other in the sets of DIR,
 * `NAME.tsv` or `NAME.tsv.gz` as `grouping.ts` reads them: from whole lines, from messages alone, and by `templates()`, which
 * learns as they come; with the N largest groups of messages that are wrong. By hand.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Grouping, labelledFile, learned, mined } from './grouping.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { wrong: { type: 'string', default: '0' } },
})
const [folder, ...only] = positionals
if (folder === undefined) {
  console.error('say which folder holds the sets: node test/mine/evaluate.ts DIR [SET…] [--wrong N]')
  process.exit(2)
}

const tellWrong = ({ wrong }: Grouping, lines: readonly string[]): void => {
  const largest = [...wrong].sort((a, b) => b.lines.length - a.lines.length)
  for (const { lines: own, holds } of largest.slice(0, Number(values.wrong))) {
    console.log(`  ${own.length} lines are taken for one message:`)
    for (const [label, { here, all, first }] of [...holds].slice(0, 6))
      console.log(`    ${here} of ${all} of message ${label}: ${lines[first]!.slice(0, 200)}`)
  }
}

const sums = { whole: 0, alone: 0, learned: 0 }
const tell = (name: string, told: Readonly<Record<keyof typeof sums, number>>): void => {
  const shares = Object.entries(told).map(([kind, share]) => `${kind} ${share.toFixed(4)}`)
  console.log(`${name.padEnd(50)} ${shares.join('  ')}`)
}
const files = readdirSync(folder).filter((file) => /\.tsv(?:\.gz)?$/.test(file))
const chosen = files.filter((file) => only.length === 0 || only.includes(file.replace(/\.tsv.*/, '')))
for (const file of chosen) {
  const { whole, messages } = labelledFile(join(folder, file))
  const alone = mined(messages)
  const told = { whole: mined(whole).accuracy, alone: alone.accuracy, learned: learned(messages).accuracy }
  tellWrong(alone, messages.lines)
  const count = `${messages.lines.length} lines of ${new Set(messages.labels).size} messages`
  tell(`${file.replace(/\.tsv.*/, '').padEnd(20)} ${count}`, told)
  for (const kind of ['whole', 'alone', 'learned'] as const) sums[kind] += told[kind] / chosen.length
}
tell('mean', sums)
