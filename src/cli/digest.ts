import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Command } from 'commander'
import { Exit, usage } from './exit.ts'
import { type General, withStore } from './general.ts'

interface Options extends General {
  readonly date?: string
  readonly week?: boolean
  readonly month?: boolean
  readonly lang?: string
  readonly out?: string
  readonly send?: boolean
}

const formats: Readonly<Record<string, 'text' | 'html' | 'eml'>> = { '.html': 'html', '.txt': 'text', '.eml': 'eml' }

const digest = async (options: Options): Promise<void> => {
  const { date, week, month, lang, out, send } = options
  if (week === true || month === true) throw new Exit(2, "'digest --week' and '--month' are not there yet")
  const format = out === undefined ? 'text' : formats[extname(out)]
  if (format === undefined) throw usage(`--out takes a file named .html, .txt or .eml, not '${out}'`)
  const { ask } = await import('./ask.ts')
  const asked = {
    format,
    ...(date === undefined ? {} : { date }),
    ...(lang === undefined ? {} : { lang }),
    ...(send === true ? { send } : {}),
  }
  for await (const row of ask(options, 'digest', asked)) {
    const { body, sent } = JSON.parse(row) as { body?: string; sent?: string }
    if (sent !== undefined) process.stderr.write(`${sent}\n`)
    else if (out !== undefined) await writeFile(out, body!)
    else if (send !== true) process.stdout.write(body!)
  }
}

export const addDigest = (program: Command): void => {
  withStore(program.command('digest').description("a day in figures: yesterday's digest, as text"))
    .option('--date <date>', 'another day, as 2026-11-22; today: so far')
    .option('--week', 'not yet')
    .option('--month', 'not yet')
    .option('--lang <lang>', 'zh or en')
    .option('--out <file>', 'into a file: .html, .txt or .eml')
    .option('--send', 'mail it, also where it was mailed before')
    .action(digest)
}
