import type { Command } from 'commander'
import { printable } from '../event/printable.ts'
import { type General, wholeNumber, withStore } from './general.ts'
import { scopeOf } from './search.ts'

interface Options extends General {
  readonly number: number
  readonly format: string
  readonly dataset?: string[]
}

type Row = Readonly<Record<string, unknown>>

const lineOf = (row: Row, pick: (row: Row, name: string) => unknown): string => {
  const level = pick(row, 'log.level') ?? pick(row, 'http.response.status_code') ?? ''
  const said =
    pick(row, 'message') ??
    pick(row, 'mysql.slowlog.query') ??
    [pick(row, 'http.request.method'), pick(row, 'url.original')].filter((part) => part !== undefined).join(' ')
  return [row['@timestamp'], pick(row, 'event.dataset'), level, said].map((part) => printable(String(part))).join('  ')
}

const run = async (kql: string | undefined, options: Options): Promise<void> => {
  const { checkFormat, pick, print } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  const { parse } = await import('../store/stringify.ts')
  const format = checkFormat(options.format, ['table', 'ndjson'])
  for await (const text of ask(options, 'tail', { ...scopeOf(kql, options), earlier: options.number })) {
    const row = parse(text) as Row
    if (typeof row['missed'] === 'number') process.stderr.write(`${row['missed']} events passed too fast to be shown\n`)
    else await print(format === 'ndjson' ? `${text}\n` : `${lineOf(row, pick)}\n`)
  }
}

export const addTail = (program: Command): void => {
  withStore(program.command('tail').description('events of the running service as they pass'))
    .argument('[kql]', 'only those that match')
    .option('-n, --number <n>', 'earlier ones first', wholeNumber('-n'), 10)
    .option('--dataset <name...>', 'only these datasets')
    .option('--format <format>', 'table or ndjson', 'table')
    .action(run)
}
