import type { Command } from 'commander'
import { Exit } from './exit.ts'
import { type General, wholeNumber, withGeneral, withRange, withStore } from './general.ts'
import { scopeOf } from './search.ts'

interface Listed extends General {
  readonly format: string
}

const list = async (options: Listed, name: string, asked: object, columns: readonly string[]): Promise<void> => {
  const { checkFormat, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  await printRows(ask(options, name, asked), checkFormat(options.format), columns)
}

const withFormat = (command: Command): Command => command.option('--format <format>', 'table, ndjson or json', 'table')

const addSources = (program: Command): void => {
  const columns = ['source', 'path', 'state', 'offset', 'size', 'lag_bytes', 'lag_seconds', 'id']
  const command = withFormat(
    withGeneral(program.command('sources').description('followed files: offset, size, lag, state')),
  )
    .option('--watch', 'again each second')
    .action(async (options: Listed & { readonly watch?: boolean }) => {
      for (;;) {
        if (options.watch === true && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H')
        await list(options, 'sources', {}, columns)
        if (options.watch !== true) return
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    })
  for (const later of ['forget', 'rewind', 'adopt'])
    command
      .command(`${later} <id>`)
      .description('not yet')
      .action(() => {
        throw new Exit(2, `'sources ${later}' is not there yet`)
      })
}

const addSlow = (program: Command): void => {
  const columns = [
    'total',
    'count',
    'mean',
    'p95',
    'max',
    'rows_examined',
    'rows_sent',
    'schema',
    'digest',
    'fingerprint',
  ]
  withFormat(
    withRange(
      withStore(program.command('slow').description('slow queries by fingerprint, those that took most time first')),
    ),
  )
    .argument('[kql]', 'only those that match')
    .option('--top <n>', 'at most this many', wholeNumber('--top'), 20)
    .action((kql: string | undefined, options: Listed & { readonly top: number }) =>
      list(options, 'slow', { ...scopeOf(kql, options), top: options.top }, columns),
    )
}

const addAlerts = (program: Command): void => {
  const command = program.command('alerts').description('alerts, open ones first')
  const columns = ['severity', 'state', 'rule', 'since', 'until', 'summary', 'id']
  withFormat(withGeneral(command.command('list', { isDefault: true }).description('alerts, open ones first')))
    .option('--all', 'resolved ones too')
    .action((options: Listed & { readonly all?: boolean }) =>
      list(options, 'alerts', { all: options.all === true }, columns),
    )
  for (const later of ['show', 'ack', 'note', 'silence', 'unsilence', 'resolve'])
    command
      .command(`${later} [id]`)
      .allowUnknownOption()
      .description('not yet')
      .action(() => {
        throw new Exit(2, `'alerts ${later}' is not there yet`)
      })
}

const addDlq = (program: Command): void => {
  const command = program.command('dlq').description('the dead letter queue, record by record')
  const columns = ['time', 'stage', 'code', 'reason', 'dataset', 'path', 'offset', 'raw', 'id']
  withFormat(withRange(withGeneral(command.command('list').description('dead letters, oldest first'))))
    .argument('[kql]', 'only those that match, by stage, code, reason, dataset, path, offset, time …')
    .option('--raw', 'as they are, without redaction')
    .option('--code <code>', 'only this failure code')
    .option('-n, --limit <n>', 'at most this many', wholeNumber('--limit'))
    .action((kql: string | undefined, options: Listed & { raw?: boolean; code?: string; limit?: number }) => {
      const { raw, code, limit } = options
      const given = Object.fromEntries(Object.entries({ raw, code, limit }).filter(([, value]) => value !== undefined))
      return list(options, 'dlq-list', { ...scopeOf(kql, options), ...given }, columns)
    })
  withGeneral(command.command('show <id>').description('one dead letter, whole'))
    .option('--raw', 'as it is, without redaction')
    .option('--format <format>', 'json or ndjson', 'json')
    .action(async (id: string, options: Listed & { readonly raw?: boolean }) => {
      const { print } = await import('./output.ts')
      const { ask } = await import('./ask.ts')
      for await (const row of ask(options, 'dlq-show', { id, raw: options.raw === true }))
        await print(`${options.format === 'ndjson' ? row : JSON.stringify(JSON.parse(row), null, 2)}\n`)
    })
  for (const later of ['edit', 'replay', 'purge'])
    command
      .command(`${later} [selector]`)
      .allowUnknownOption()
      .description('not yet')
      .action(() => {
        throw new Exit(2, `'dlq ${later}' is not there yet`)
      })
}

const addLedger = (program: Command): void => {
  withFormat(
    withStore(
      program.command('ledger').description('what became of every record read; exit 1 where it does not balance'),
    ),
  )
    .option('--verify', 'count the store itself too')
    .action(async (options: Listed & { readonly verify?: boolean }) => {
      const { checkFormat, printRows } = await import('./output.ts')
      const { ask } = await import('./ask.ts')
      let broken = 0
      const watched = async function* (): AsyncGenerator<string> {
        for await (const row of ask(options, 'ledger', { verify: options.verify === true })) {
          const { closed, balanced, total } = JSON.parse(row) as {
            closed?: boolean
            balanced?: boolean
            total?: { verified?: boolean | null }
          }
          if (closed === true && balanced === false) broken++
          if (total?.verified === false) broken++
          yield row
        }
      }
      const columns = [
        'hour',
        'source',
        'path',
        'read',
        'stored',
        'filtered',
        'dead_lettered',
        'in_flight',
        'lost',
        'bytes',
        'closed',
        'balanced',
      ]
      const format = checkFormat(options.format)
      await printRows(format === 'table' ? flattenTotal(watched()) : watched(), format, columns)
      if (broken > 0) throw new Exit(1, `${broken} rows do not balance`)
    })
}

/** In a table the sum is a row like the others. */
async function* flattenTotal(rows: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const row of rows) {
    const { total, ...rest } = JSON.parse(row) as { total?: object }
    yield JSON.stringify(total === undefined ? rest : { hour: 'total', ...total })
  }
}

export const addLists = (program: Command): void => {
  addSources(program)
  addSlow(program)
  addAlerts(program)
  addDlq(program)
  addLedger(program)
}
