import type { Command } from 'commander'
import { fields } from '../event/field.ts'
import { withGeneral } from './general.ts'

interface Options {
  readonly format: string
}
interface Reference {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, string>>[]
}

const markdown = ({ columns, rows }: Reference): string => {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((name) => cell(row[name] ?? '')))),
  ].join('')
}

const show = async (reference: Reference, { format }: Options): Promise<void> => {
  const { checkFormat, print, printRows } = await import('./output.ts')
  if (format === 'md') return print(markdown(reference))
  const lines = async function* (): AsyncGenerator<string> {
    for (const row of reference.rows) yield JSON.stringify(row)
  }
  await printRows(lines(), checkFormat(format, ['table', 'ndjson', 'json', 'md']), reference.columns)
}

const fieldReference = (): Reference => ({
  columns: ['field', 'type', 'about'],
  rows: Object.entries(fields).map(([field, { type, about, ...rest }]) => ({
    field,
    type: 'list' in rest ? `${type}, several` : type,
    about,
  })),
})

const parserReference = async (): Promise<Reference> => {
  const { loadFormats } = await import('../service/formats.ts')
  const { grammars } = await loadFormats()
  return {
    columns: ['parser', 'title', 'fields', 'url'],
    rows: grammars.map(({ name, title = '', url = '', schema }) => ({
      parser: name,
      title,
      fields: [...schema.keys()].join(', '),
      url,
    })),
  }
}

export const addReference = (program: Command): void => {
  withGeneral(program.command('fields').description('the fields documents may hold'))
    .option('--format <format>', 'table, ndjson, json or md', 'table')
    .action(async (options: Options) => show(fieldReference(), options))
  withGeneral(program.command('parsers').description('the formats that can be read'))
    .option('--format <format>', 'table, ndjson, json or md', 'table')
    .action(async (options: Options) => show(await parserReference(), options))
}
