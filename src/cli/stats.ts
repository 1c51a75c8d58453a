import type { Command } from 'commander'
import { type General, wholeNumber, withRange, withStore } from './general.ts'
import { scopeOf } from './search.ts'

interface Options extends General {
  readonly by?: string[]
  readonly top?: number
  readonly interval?: string
  readonly metric?: string[]
  readonly format: string
}

const run = async (kql: string | undefined, options: Options): Promise<void> => {
  const { checkFormat, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  const format = checkFormat(options.format, ['table', 'ndjson', 'json', 'csv'])
  const by = options.by?.flatMap((names) => names.split(','))
  const { top, interval, metric } = options
  const rows = ask(options, 'stats', {
    ...scopeOf(kql, options),
    ...(by === undefined ? {} : { by }),
    ...(top === undefined ? {} : { top }),
    ...(interval === undefined ? {} : { interval }),
    ...(metric === undefined ? {} : { metric }),
  })
  const columns = [
    ...(interval === undefined ? [] : ['@timestamp']),
    ...(by ?? []).map((name) => `by.${name}`),
    'count',
    ...(metric ?? []).filter((name) => name !== 'count'),
  ]
  await printRows(rows, format, columns)
}

export const addStats = (program: Command): void => {
  withRange(withStore(program.command('stats').description('counts, sums, percentiles … by fields and by time')))
    .argument('[kql]', 'a query, as in Kibana')
    .option('--by <field...>', 'a group for each value')
    .option('--top <n>', 'only the largest groups', wholeNumber('--top'))
    .option('--interval <time>', 'a bucket for each, as 5m')
    .option('--metric <metric...>', 'count, sum(F), avg(F), min(F), max(F), unique(F), p95(F)')
    .option('--format <format>', 'table, ndjson, json or csv', 'table')
    .action(run)
}
