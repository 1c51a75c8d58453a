import type { Command } from 'commander'
import { Exit, usage } from './exit.ts'
import { wholeNumber, withRange, withStoreName } from './general.ts'
import { type Listed, list, withFormat } from './lists.ts'
import { scopeOf } from './search.ts'

interface Selecting extends Listed {
  readonly raw?: boolean
  readonly code?: string
  readonly limit?: number
}

/** A command about the letters that a query selects. */
const selecting = (command: Command): Command =>
  withRange(withStoreName(command))
    .argument('[kql]', 'only those that match, by stage, code, reason, field, dataset, path, offset, time …, or one id')
    .option('--code <code>', 'only this failure code')

const selectionOf = (kql: string | undefined, options: Selecting) => {
  const { raw, code, limit } = options
  const given = Object.fromEntries(Object.entries({ raw, code, limit }).filter(([, value]) => value !== undefined))
  return { ...scopeOf(kql, options), ...given }
}

const show = async (id: string, options: Listed & { readonly raw?: boolean }): Promise<void> => {
  const { print } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  for await (const row of ask(options, 'dlq-show', { id, raw: options.raw === true }))
    await print(`${options.format === 'ndjson' ? row : JSON.stringify(JSON.parse(row), null, 2)}\n`)
}

interface Counts {
  readonly selected: number
  readonly failed?: number
  readonly unmatched?: number
  readonly unsettled?: number
  readonly left: number
}

/** Why some letters stay where they are. */
const leftSentences = ({ failed = 0, unmatched = 0, unsettled = 0 }: Counts, dryRun: boolean): string[] => [
  ...(failed > 0 ? [`${failed} ${dryRun ? 'would fail' : 'failed'} again and stay`] : []),
  ...(unmatched > 0 ? [`${unmatched} come from sources that no pipeline has today`] : []),
  ...(unsettled > 0
    ? [`${unsettled} are not committed yet: their records are read again, or settled in a moment`]
    : []),
]

const replay = async (kql: string | undefined, options: Selecting & { readonly dryRun?: boolean }): Promise<void> => {
  const { checkFormat, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  const format = checkFormat(options.format)
  const dryRun = options.dryRun === true
  let counts: Counts = { selected: 0, left: 0 }
  let seen = 0
  const watched = async function* (): AsyncGenerator<string> {
    for await (const row of ask(options, 'dlq-replay', { ...selectionOf(kql, options), dryRun })) {
      const { total } = JSON.parse(row) as { total?: Counts }
      if (total !== undefined) counts = total
      else if (++seen % 1000 === 0 && process.stderr.isTTY) process.stderr.write(`${seen} so far\r`)
      // The counts are said on standard error; a table has letters only.
      if (total === undefined || format !== 'table') yield row
    }
  }
  const columns = ['result', 'attempts', 'code', 'reason', 'dataset', 'path', 'offset', 'store', 'id']
  await printRows(watched(), format, columns)
  const sentences = leftSentences(counts, dryRun)
  process.stderr.write(
    `${counts.selected} dead ${counts.selected === 1 ? 'letter' : 'letters'} ${dryRun ? 'tried, nothing changed' : `replayed, ${counts.left} left in the queue`}\n`,
  )
  if (sentences.length > 0) throw new Exit(1, sentences.join('; '))
}

const purge = async (kql: string | undefined, options: Selecting & { readonly yes?: boolean }): Promise<void> => {
  const { print } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  for await (const row of ask(options, 'dlq-purge', { ...selectionOf(kql, options), yes: options.yes === true })) {
    const { purged, would_purge, left } = JSON.parse(row) as { purged?: number; would_purge?: number; left: number }
    if (options.format === 'table')
      await print(
        purged === undefined ? `${would_purge} of ${left} dead letters match\n` : `${purged} purged, ${left} left\n`,
      )
    else await print(options.format === 'json' ? `[\n${row}\n]\n` : `${row}\n`)
    if (purged === undefined) throw usage('nothing was removed: with --yes they go for good, unread and not stored')
  }
}

const edit = async (id: string, options: Listed & { readonly rawFile?: string }): Promise<void> => {
  const { ask } = await import('./ask.ts')
  const { editBytes, readBytes } = await import('./edit-bytes.ts')
  const given = options.rawFile === undefined ? undefined : await readBytes(options.rawFile)
  let before = ''
  for await (const row of ask(options, 'dlq-raw', { id })) before = (JSON.parse(row) as { raw: string }).raw
  const after = given ?? (await editBytes(Buffer.from(before, 'base64')))
  for await (const row of ask(options, 'dlq-edit', { id, raw: after.toString('base64') })) {
    const { edited } = JSON.parse(row) as { edited: boolean }
    process.stderr.write(edited ? `${id} is edited; 'tailrace dlq replay ${id}' tries it\n` : `${id} is as it was\n`)
  }
}

export const addDlq = (program: Command): void => {
  const command = program.command('dlq').description('the dead letter queue, record by record')
  const columns = ['time', 'stage', 'code', 'reason', 'dataset', 'path', 'offset', 'attempts', 'raw', 'store', 'id']
  withFormat(selecting(command.command('list').description('dead letters, oldest first')))
    .option('--raw', 'as they are, without redaction')
    .option('-n, --limit <n>', 'at most this many', wholeNumber('--limit'))
    .option('--templates', 'instead: how many there are of each kind of record')
    .action((kql: string | undefined, options: Selecting & { readonly templates?: boolean }) =>
      options.templates === true
        ? list(options, 'dlq-groups', selectionOf(kql, options), ['count', 'dataset', 'code', 'last', 'template', 'id'])
        : list(options, 'dlq-list', selectionOf(kql, options), columns),
    )
  withStoreName(command.command('show <id>').description('one dead letter, whole'))
    .option('--raw', 'as it is, without redaction')
    .option('--format <format>', 'json or ndjson', 'json')
    .action(show)
  withFormat(
    selecting(
      command.command('replay').description('store them through today’s definitions; those that fail again stay'),
    ),
  )
    .option('-n, --limit <n>', 'at most this many', wholeNumber('--limit'))
    .option('--dry-run', 'say what would become of each, change nothing')
    .action(replay)
  withStoreName(command.command('edit <id>').description('change the record of one, with $VISUAL or $EDITOR'))
    .option('--raw-file <file>', 'take the record from a file, - for standard input')
    .action(edit)
  withFormat(selecting(command.command('purge').description('remove them for good')))
    .option('-n, --limit <n>', 'at most this many', wholeNumber('--limit'))
    .option('--yes', 'do it; without it they are only counted')
    .action(purge)
}
