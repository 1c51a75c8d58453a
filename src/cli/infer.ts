import { basename } from 'node:path'
import type { Command } from 'commander'
import { Exit, usage } from './exit.ts'
import { type General, withGeneral } from './general.ts'
import { inputLines } from './input-lines.ts'

interface Options extends General {
  readonly format: string
  readonly name?: string
}

/** Lines that are looked at: a format shows itself sooner. */
const mostLines = 200_000

const linesOf = async (file: string | undefined): Promise<readonly string[]> => {
  const lines: string[] = []
  for await (const line of inputLines(file)) {
    lines.push(line.replace(/\r$/, ''))
    if (lines.length >= mostLines) break
  }
  return lines
}

/** `orders-2026.log` is of `orders.log`. */
const nameOf = (file: string | undefined): string => {
  const stem = basename(file ?? '-')
    .toLowerCase()
    .replace(/\.(?:log|txt|out|gz|\d+)/g, '')
    .replace(/[^a-z]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return `${stem === '' ? 'app' : stem}.log`
}

const run = async (file: string | undefined, options: Options): Promise<void> => {
  if (options.format !== 'ts' && options.format !== 'ndjson')
    throw usage(`--format takes ts or ndjson, not '${options.format}'`)
  const name = options.name ?? nameOf(file)
  if (!/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/.test(name))
    throw usage(`--name takes a name as product.log, lower case and with a dot, not '${name}'`)
  const { print } = await import('./output.ts')
  const { printable } = await import('../event/printable.ts')
  const { templateText } = await import('../mine/grouped.ts')
  const { mine } = await import('../mine/mine.ts')
  const given = await linesOf(file)
  const numbers = given.flatMap((line, i) => (line.trim() === '' ? [] : [i]))
  const lines = numbers.map((i) => given[i]!)
  if (lines.length === 0) throw new Exit(1, 'there is no line to learn from')
  if (options.format === 'ndjson') {
    const { templates, of, messageAt } = mine(lines)
    const texts = templates.map((template) => templateText(template, lines, messageAt))
    for (const [i, number] of numbers.entries())
      await print(`${JSON.stringify({ line: number + 1, template: of[i]! + 1, text: texts[of[i]!] })}\n`)
    return
  }
  const { inferGrammar } = await import('../service/infer.ts')
  const { templates, messageAt, text, records, fitting, own, known } = await inferGrammar(lines, name)
  const ranked = [...templates].sort((a, b) => b.lines.length - a.lines.length)
  const width = String(ranked[0]!.lines.length).length
  await print(`// ${templates.length} ${templates.length === 1 ? 'template' : 'templates'} in ${lines.length} lines:\n`)
  for (const template of ranked)
    await print(
      `// ${String(template.lines.length).padStart(width)} × ${printable(templateText(template, lines, messageAt)).slice(0, 200)}\n`,
    )
  if (text === undefined) throw new Exit(1, 'no grammar could be made of them')
  await print(`\n${text}`)
  if (known !== undefined)
    process.stderr.write(`${known} reads such lines already: 'tailrace try ${known}' shows how.\n`)
  const others = records < lines.length ? '; other lines belong to the record before' : ''
  process.stderr.write(
    `${own} of ${templates.length} templates have an alternative of their own; ${fitting} of ${records} records are read${others}. Save it as parsers/${name.replaceAll(/[._]/g, '-')}.ts and run 'tailrace check'.\n`,
  )
}

export const addInfer = (program: Command): void => {
  withGeneral(
    program
      .command('infer')
      .description('unknown lines in; the templates found and a grammar that reads them out, as a file for parsers/'),
  )
    .argument('[file]', 'else standard input')
    .option('--name <name>', "of the format (default: from the file's)")
    .option('--format <format>', 'ts, or ndjson: the template of each line', 'ts')
    .action(run)
}
