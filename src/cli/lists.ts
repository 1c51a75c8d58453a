import type { Command } from 'commander'
import { Exit } from './exit.ts'
import { type General, wholeNumber, withGeneral, withRange, withStore } from './general.ts'
import { scopeOf } from './search.ts'

export interface Listed extends General {
  readonly format: string
}

export const list = async (options: Listed, name: string, asked: object, columns: readonly string[]): Promise<void> => {
  const { checkFormat, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  await printRows(ask(options, name, asked), checkFormat(options.format), columns)
}

export const withFormat = (command: Command): Command =>
  command.option('--format <format>', 'table, ndjson or json', 'table')

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

const addTemplates = (program: Command): void => {
  const columns = ['first_seen', 'dataset', 'id', 'text', 'into']
  withFormat(
    withRange(
      withStore(program.command('templates').description('kinds of messages, by `log.template.id`; newest first')),
    ),
  ).action((options: Listed) => list(options, 'templates', scopeOf(undefined, options), columns))
}

const addLedger = (program: Command): void => {
  withFormat(
    withStore(
      program.command('ledger').description('what became of every record read; exit 1 where it does not balance'),
    ),
  )
    .option('--verify', 'count the store itself too')
    .option('--lost', 'instead: every range of bytes that was gone before it could be read')
    .action(async (options: Listed & { readonly verify?: boolean; readonly lost?: boolean }) => {
      if (options.lost === true)
        return list(options, 'losses', {}, ['time', 'source', 'path', 'from', 'to', 'bytes', 'store', 'id'])
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
        'store',
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
  addSlow(program)
  addTemplates(program)
  addAlerts(program)
  addLedger(program)
}
