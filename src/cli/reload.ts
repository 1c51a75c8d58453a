import type { Command } from 'commander'
import type { Told } from '../service/reload.ts'
import { Exit } from './exit.ts'
import { withGeneral } from './general.ts'
import { type Listed, withFormat } from './lists.ts'

interface Options extends Listed {
  readonly force?: boolean
}

const columns = ['pipeline', 'lines', 'before', 'after', 'gone', 'added', 'retyped']

/** `998 of 1000`, and lists as text: what a table has room for. */
const rowOf = ({ pipeline, lines, before, after, gone, added, retyped }: Told['dryRuns'][number]) => ({
  pipeline,
  lines,
  before: `${before.parsed} of ${before.records}`,
  after: `${after.parsed} of ${after.records}`,
  gone: gone.join(' '),
  added: added.join(' '),
  retyped: retyped.join(', '),
})

const reload = async (options: Options): Promise<void> => {
  const { checkFormat, printRows } = await import('./output.ts')
  const { dataDirectory } = await import('../service/load.ts')
  const { isServed } = await import('../service/hold.ts')
  const { ask, OperationError } = await import('../service/control.ts')
  const { overridesOf } = await import('./general.ts')
  const format = checkFormat(options.format)
  const data = await dataDirectory(overridesOf(options), process.env)
  if (!(await isServed(data))) throw new Exit(2, `no service runs on ${data}`)
  try {
    for await (const row of ask(data, 'reload', { force: options.force === true })) {
      const told = JSON.parse(row) as Told
      const rows = format === 'table' ? told.dryRuns.map(rowOf) : told.dryRuns
      if (rows.length > 0 || format !== 'table')
        await printRows(
          rows.map((one) => JSON.stringify(one)),
          format,
          columns,
        )
      if (told.outcome === 'refused') throw new Exit(1, told.mistakes.length > 0 ? told.mistakes.join('\n') : told.text)
      process.stderr.write(`${told.text}\n`)
    }
  } catch (error) {
    if (error instanceof OperationError) throw new Exit(error.status, error.message, { cause: error })
    throw error
  }
}

export const addReload = (program: Command): void => {
  withFormat(
    withGeneral(
      program
        .command('reload')
        .description(
          'have the running service read its configuration again, new parsers first tried on the last 1,000 lines',
        ),
    ),
  )
    .option('--force', 'put it in force also where clearly fewer lines parse')
    .action(reload)
}
