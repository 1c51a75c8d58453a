/**
 * `node test/mine/evaluate.ts DIR [SET…] [--wrong N]` tells how well messages are told from each other in the sets of DIR, `NAME.tsv`
 * as `grouping.ts` reads them, from whole lines and from messages alone; with the N largest templates that are wrong. By hand.
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { templateText } from '../../src/mine/grouped.ts'
import { grouping, type LabelledLines, labelledFile } from './grouping.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { wrong: { type: 'string', default: '0' } },
})
const [folder, ...only] = positionals
if (folder === undefined) {
  console.error('say which folder holds the sets: node test/mine/evaluate.ts DIR [SET…] [--wrong N]')
  process.exit(2)
}

const share = (accuracy: number): string => accuracy.toFixed(4)
const tell = (set: LabelledLines): number => {
  const { templates, messageAt, accuracy, wrong } = grouping(set)
  const size = (template: number): number => templates[template]!.lines.length
  const largest = [...wrong].sort((a, b) => size(b.template) - size(a.template))
  for (const { template, holds } of largest.slice(0, Number(values.wrong))) {
    console.log(`  ${size(template)} × ${templateText(templates[template]!, set.lines, messageAt).slice(0, 300)}`)
    for (const [label, { here, all, first }] of [...holds].slice(0, 6))
      console.log(`      ${label}: ${here} of ${all}: ${set.lines[first]!.slice(0, 200)}`)
  }
  return accuracy
}

const sums = [0, 0]
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.tsv'))
  .map((name) => basename(name, '.tsv'))
  .filter((name) => only.length === 0 || only.includes(name))
for (const name of names) {
  const { whole, messages } = labelledFile(join(folder, `${name}.tsv`))
  const messagesOf = new Set(whole.labels).size
  if (Number(values.wrong) > 0) console.log(`${name}, messages alone`)
  const alone = tell(messages)
  if (Number(values.wrong) > 0) console.log(`${name}, whole lines`)
  const full = tell(whole)
  sums[0]! += alone
  sums[1]! += full
  console.log(
    `${name.padEnd(20)} ${String(whole.lines.length).padStart(6)} lines ${String(messagesOf).padStart(4)} messages   alone ${share(alone)}   whole ${share(full)}`,
  )
}
console.log(`${'mean'.padEnd(46)}  alone ${share(sums[0]! / names.length)}   whole ${share(sums[1]! / names.length)}`)
