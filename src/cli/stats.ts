import type { Command } from 'commander'
import { type General, manyOf, wholeNumber, withRange, withStore } from './general.ts'
import { scopeOf } from './search.ts'

interface Options extends General {
  readonly by?: string[]
  readonly top?: number
  readonly interval?: string
  readonly metric?: string[]
  readonly format: string
}

/** `--by a.b c.d 'x >= 500'`: what cannot be the name of a field is the query that follows the names. */
const takeQuery = (given: string | undefined, by: readonly string[] | undefined) => {
  const last = by?.at(-1)
  const isQuery = given === undefined && last !== undefined && !/^[\w@.,-]+$/.test(last)
  const names = (isQuery ? by!.slice(0, -1) : by)?.flatMap((name) => name.split(','))
  return { kql: isQuery ? last : given, by: names }
}

const run = async (given: string | undefined, options: Options): Promise<void> => {
  const { checkFormat, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  const format = checkFormat(options.format, ['table', 'ndjson', 'json', 'csv'])
  const { kql, by } = takeQuery(given, options.by)
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
    .option(
      '--metric <metrics>',
      'count, sum(F), avg(F), min(F), max(F), unique(F), p95(F); may be given again',
      manyOf,
    )
    .option('--format <format>', 'table, ndjson, json or csv', 'table')
    .action(run)
}
