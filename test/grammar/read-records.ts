import { type Batch, release } from '../../src/event/batch.ts'
import { absent, type Column, has } from '../../src/event/column.ts'
import type { Failure } from '../../src/event/failure.ts'
import { printIp } from '../../src/event/ip.ts'
import type { ReadOptions } from '../../src/event/reader.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { blockOf } from '../../src/grammar/text-block.ts'

export type Row = Readonly<Record<string, unknown>>
interface WithSource {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
}
/** JSON with numbers that a double does not hold as bigints. */
const parseExact = (text: string): unknown =>
  (JSON as unknown as WithSource).parse(text, (_, value, { source }) =>
    typeof value === 'number' && /^-?\d+$/.test(source!) && !Number.isSafeInteger(value) ? BigInt(source!) : value,
  )

const now = Date.UTC(2026, 10, 23, 12)

const valueAt = (column: Column, row: number, node: Buffer): unknown => {
  switch (column.kind) {
    case 'text':
      return node.toString('utf8', column.start[row], column.end[row])
    case 'json':
      return JSON.parse(node.toString('utf8', column.start[row], column.end[row]))
    case 'number': {
      const { text, values } = column
      if (text === undefined || text.start[row] === absent) return values[row]
      const digits = node.toString('latin1', text.start[row], text.end[row])
      return /^-?\d{16,}$/.test(digits) && !Number.isSafeInteger(Number(digits)) ? BigInt(digits) : values[row]
    }
    case 'time': {
      const whole = new Date(column.ms[row]!).toISOString().slice(0, 19)
      const ms = ((column.ms[row]! % 1000) + 1000) % 1000
      const fraction = String(ms).padStart(3, '0') + String(column.ns[row]).padStart(6, '0')
      return column.digits[row] === 0 && Number(fraction) === 0
        ? whole
        : `${whole}.${fraction.slice(0, Math.max(column.digits[row]!, ms || column.ns[row] ? 3 : 0))}`
    }
    case 'ip':
      return printIp(column.values, row * 16)
    case 'boolean':
      return column.values[row] === 1
    case 'constant':
      return column.value
    case 'dictionary':
      return valueAt(column.values, column.codes[row]!, node)
    case 'list':
      return Array.from({ length: column.first[row + 1]! - column.first[row]! }, (_, i) =>
        valueAt(column.values, column.first[row]! + i, node),
      )
    case 'members': {
      const members: Record<string, unknown> = Object.create(null) as Record<string, unknown>
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++) {
        const key = node.toString('utf8', column.key.start[i], column.key.end[i])
        members[key] = parseExact(node.toString('utf8', column.value.start[i], column.value.end[i]))
      }
      return members
    }
  }
}

/** The fields of a row as flat values: times as ISO text with the digits the log had, big numbers as bigint. */
export const rowOf = (batch: Batch, row: number): Row => {
  const fields: Record<string, unknown> = {}
  for (const [name, column] of batch.columns)
    if (has(column, row)) fields[name] = valueAt(column, row, batch.block.arena.node)
  return fields
}

export interface Read {
  readonly rows: readonly (Row | Failure)[]
  readonly flags: readonly number[]
}

/** Reads records; a failed one is its failure. */
export const readRecords = (
  grammar: Grammar,
  records: readonly (string | Uint8Array)[],
  options: Partial<ReadOptions> = {},
): Read => {
  const batch = grammar.read(blockOf(records), { dataset: grammar.name, timezone: 'UTC', now, ...options })
  const read = {
    rows: records.map((_, i) => batch.failures.get(i) ?? rowOf(batch, i)),
    flags: [...batch.block.flag],
  }
  release(batch)
  return read
}

export const readOne = (
  grammar: Grammar,
  record: string | Uint8Array,
  options: Partial<ReadOptions> = {},
): Row | Failure => readRecords(grammar, [record], options).rows[0]!

/** Reads and prints each record. */
export const printRecords = (
  grammar: Grammar,
  records: readonly string[],
  timezone = 'UTC',
): readonly (string | undefined)[] => {
  const batch = grammar.read(blockOf(records), { dataset: grammar.name, timezone, now })
  const printed = records.map((_, i) => (batch.failures.has(i) ? undefined : grammar.print(batch, i, { timezone })))
  release(batch)
  return printed
}
