import type { Command } from 'commander'
import { Exit, usage } from './exit.ts'
import { withRange, withStore } from './general.ts'
import { type Listed, withFormat } from './lists.ts'
import { scopeOf } from './search.ts'

interface Options extends Listed {
  readonly dryRun?: boolean
  readonly since?: string
  readonly last?: string
  readonly dataset?: string[]
}

interface Counts {
  readonly documents?: number
  readonly replaced?: number
  readonly unchanged?: number
  readonly filtered?: number
  readonly failed?: number
  readonly unreadable?: number
  readonly foreign?: number
}

/** Why documents stay as they are. */
const leftSentences = ({ filtered = 0, failed = 0, unreadable = 0, foreign = 0 }: Counts): readonly string[] => [
  ...(failed > 0 ? [`${failed} are not read by today's definitions`] : []),
  ...(filtered > 0 ? [`${filtered} are filtered by them`] : []),
  ...(unreadable > 0
    ? [`${unreadable} have no record that can be read again: no file, no event.original, and no grammar that prints it`]
    : []),
  ...(foreign > 0 ? [`${foreign} are of files or sources unknown here`] : []),
]

const reprocess = async (options: Options): Promise<void> => {
  const { dataset, since, last, dryRun = false } = options
  if (dataset === undefined || (since === undefined && last === undefined))
    throw usage('say what is to be read again: --dataset and --since (or --last), and --until')
  const { checkFormat, printRows } = await import('./output.ts')
  const { ask } = await import('./ask.ts')
  const format = checkFormat(options.format)
  let counts: Counts = {}
  const watched = async function* (): AsyncGenerator<string> {
    for await (const row of ask(options, 'reprocess', { ...scopeOf(undefined, options), dryRun })) {
      const { total } = JSON.parse(row) as { total?: Counts }
      if (total !== undefined) counts = total
      // The counts are said on standard error; a table has differences only.
      if (total === undefined || format !== 'table') yield row
    }
  }
  const columns = [
    'dataset',
    'field',
    'added',
    'removed',
    'changed',
    'before',
    'after',
    'failed',
    'count',
    'reason',
    'id',
  ]
  await printRows(watched(), format, columns)
  const { documents = 0, replaced = 0, unchanged = 0 } = counts
  process.stderr.write(
    `${documents} documents: ${replaced} ${dryRun ? 'would be replaced' : 'replaced'}, ${unchanged} are as they were\n`,
  )
  const sentences = leftSentences(counts)
  if (sentences.length > 0) throw new Exit(1, `the others stay as they are: ${sentences.join('; ')}`)
}

export const addReprocess = (program: Command): void => {
  const about = 'make stored events again from their records, through today’s definitions'
  withFormat(withRange(withStore(program.command('reprocess').description(about))))
    .option('--dry-run', 'say what would differ, change nothing')
    .action(reprocess)
}
