import { once } from 'node:events'
import { stdout } from 'node:process'
import { printable } from '../event/printable.ts'
import { padText, textWidth } from '../event/text-width.ts'
import { parse, stringify } from '../store/stringify.ts'
import { usage } from './exit.ts'

export const formats = ['table', 'ndjson', 'json'] as const
export type Format = (typeof formats)[number] | 'csv'

/** Writes and waits where the reader is slow, so that a large answer needs little memory. */
export const print = async (text: string): Promise<void> => {
  if (!stdout.write(text)) await once(stdout, 'drain')
}

export const checkFormat = (given: string, allowed: readonly string[] = formats): Format => {
  if (!allowed.includes(given)) throw usage(`--format takes ${allowed.join(', ')}, not '${given}'`)
  return given as Format
}

type Row = Readonly<Record<string, unknown>>

/** `a.b.c` of nested objects, whose members' names may hold dots themselves. */
export const pick = (row: Row, name: string): unknown => {
  if (Object.hasOwn(row, name)) return row[name]
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const inner = row[name.slice(0, dot)]
    if (typeof inner !== 'object' || inner === null) continue
    const found = pick(inner as Row, name.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}

const cell = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : stringify(value)

const clip = (text: string, most: number): string =>
  [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text

/** A spreadsheet must not take a value for a formula (OWASP, "CSV injection"), nor a quote for an end (RFC 4180). */
const csvCell = (value: unknown): string => {
  const text = cell(value)
  const tame = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}

const table = async (rows: readonly Row[], columns: readonly string[]): Promise<void> => {
  const most = stdout.isTTY ? 100 : 400
  const cells = rows.map((row) => columns.map((name) => clip(printable(cell(pick(row, name))), most)))
  const numeric = columns.map((name) =>
    rows.every((row) => ['number', 'bigint', 'undefined'].includes(typeof pick(row, name))),
  )
  const widths = columns.map((name, i) => cells.reduce((w, row) => Math.max(w, textWidth(row[i]!)), textWidth(name)))
  const line = (row: readonly string[]): string =>
    `${row
      .map((text, i) => padText(text, widths[i]!, numeric[i]!))
      .join('  ')
      .trimEnd()}\n`
  await print(line(columns))
  for (const row of cells) await print(line(row))
}

const tableChunk = 1000

/** Prints JSON lines in the format asked for. `columns`: of a table or CSV; else those of the first row. */
export const printRows = async (
  lines: AsyncIterable<string> | Iterable<string>,
  format: Format,
  columns?: readonly string[],
): Promise<number> => {
  let count = 0
  if (format === 'ndjson' || format === 'json') {
    if (format === 'json') await print('[')
    for await (const line of lines) {
      if (format === 'json') await print(count > 0 ? `,\n${line}` : `\n${line}`)
      else await print(`${line}\n`)
      count++
    }
    if (format === 'json') await print(count > 0 ? '\n]\n' : ']\n')
    return count
  }
  let names = columns
  let chunk: Row[] = []
  for await (const line of lines) {
    const row = parse(line) as Row
    names ??= Object.keys(row)
    if (format === 'csv') {
      if (count === 0) await print(`${names.map(csvCell).join(',')}\r\n`)
      await print(`${names.map((name) => csvCell(pick(row, name))).join(',')}\r\n`)
    } else {
      chunk.push(row)
      if (chunk.length >= tableChunk) {
        await table(chunk, names)
        chunk = []
      }
    }
    count++
  }
  if (chunk.length > 0) await table(chunk, names!)
  return count
}
