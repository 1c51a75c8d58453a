import type { Column } from '../../event/column.ts'
import type { Field, FieldType } from '../../event/field.ts'

/** What a column of a table holds; `FieldType` and list say how it is stored and read back. */
export interface Held {
  readonly type: FieldType
  readonly list: boolean
}

const stored = {
  keyword: 'VARCHAR',
  text: 'VARCHAR',
  long: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  /** Nanoseconds since 1970. */
  date: 'BIGINT',
  /** 32 lower-case hex digits. */
  ip: 'VARCHAR',
  /** JSON text. */
  flattened: 'VARCHAR',
} as const satisfies Readonly<Record<FieldType, string>>

export const sqlType = ({ type, list }: Held): string => (list ? `${stored[type]}[]` : stored[type])

const fits: Readonly<Record<Exclude<Column['kind'], 'list' | 'dictionary'>, readonly FieldType[]>> = {
  text: ['keyword', 'text'],
  json: ['keyword', 'text', 'long', 'double', 'boolean', 'flattened'],
  number: ['keyword', 'text', 'long', 'double'],
  time: ['keyword', 'text', 'date'],
  ip: ['keyword', 'text', 'ip'],
  boolean: ['keyword', 'text', 'boolean'],
  constant: ['keyword', 'text', 'long', 'double', 'boolean', 'date', 'ip'],
  members: ['keyword', 'flattened'],
}

/** The field's own type where the column can be written as it, else text, so that nothing is lost. */
export const heldBy = (field: Field, column: Column): Held => {
  let inner = column
  let list = field.list === true
  while (inner.kind === 'list' || inner.kind === 'dictionary') {
    list ||= inner.kind === 'list'
    inner = inner.values
  }
  return { type: fits[inner.kind].includes(field.type) ? field.type : 'keyword', list }
}

/** A type that holds what either holds. */
export const widened = (a: Held, b: Held): Held => {
  const list = a.list || b.list
  if (a.type === b.type) return { type: a.type, list }
  const pair = new Set([a.type, b.type])
  const both = (...types: readonly FieldType[]): boolean => types.every((type) => pair.has(type))
  if (both('long', 'double')) return { type: 'double', list }
  return { type: both('keyword', 'text') ? 'text' : 'keyword', list }
}

export const sameHeld = (a: Held, b: Held): boolean => a.type === b.type && a.list === b.list
