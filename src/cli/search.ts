import type { Command } from 'commander'
import { commas } from '../config/commas.ts'
import { usage } from './exit.ts'
import { type General, wholeNumber, withRange, withStore } from './general.ts'

interface Options extends General {
  readonly since?: string
  readonly last?: string
  readonly until?: string
  readonly dataset?: string[]
  readonly fields?: string
  readonly limit: number
  readonly sort?: string
  readonly format: string
  readonly explainQuery?: string
}

const shown = ['@timestamp', 'event.dataset', 'log.level', 'http.response.status_code', 'url.path', 'message']

/** What `search`, `stats`, `tail` and `slow` ask for alike. */
export const scopeOf = (kql: string | undefined, { since, last, until, dataset }: Partial<Options>) => {
  if (since !== undefined && last !== undefined) throw usage('--since and --last say the same; give one')
  const from = since ?? last
  return {
    ...(kql === undefined ? {} : { kql }),
    ...(from === undefined ? {} : { since: from }),
    ...(until === undefined ? {} : { until }),
    ...(dataset === undefined ? {} : { dataset }),
  }
}

const run = async (kql: string | undefined, options: Options): Promise<void> => {
  const { checkFormat, print, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  if (options.explainQuery !== undefined) {
    for await (const row of ask(options, 'explain-query', { kql, target: options.explainQuery }))
      await print(`${JSON.stringify(JSON.parse(row), null, 2)}\n`)
    return
  }
  const format = checkFormat(options.format, ['table', 'ndjson', 'json', 'csv'])
  const fields = options.fields === undefined ? undefined : commas(options.fields)
  const sort = options.sort === undefined ? undefined : commas(options.sort)
  const rows = ask(options, 'search', {
    ...scopeOf(kql, options),
    limit: options.limit,
    ...(fields === undefined ? {} : { fields }),
    ...(sort === undefined ? {} : { sort }),
  })
  const columns = fields?.some((name) => name.includes('*')) ? undefined : (fields ?? shown)
  await printRows(rows, format, columns)
}

export const addSearch = (program: Command): void => {
  withRange(withStore(program.command('search').description('events that match a KQL query, newest first')))
    .argument('[kql]', 'a query, as in Kibana')
    .option('--fields <names>', 'only these, separated by commas; * is a wildcard')
    .option('-n, --limit <n>', 'at most this many', wholeNumber('--limit'), 20)
    .option('--sort <fields>', 'by these; -field for descending (default: -@timestamp)')
    .option('--format <format>', 'table, ndjson, json or csv', 'table')
    .option('--explain-query <store>', 'print the query as elasticsearch or duckdb would be asked')
    .action(run)
}
