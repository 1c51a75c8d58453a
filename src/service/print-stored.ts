import type { Batch } from '../event/batch.ts'
import type { Column } from '../event/column.ts'
import type { Field } from '../event/field.ts'
import { readRfc3339 } from '../event/rfc3339.ts'
import type { Grammar } from '../grammar/grammar.ts'
import type { Arena } from '../memory/arena.ts'
import { createScratch, type Scratch } from '../memory/scratch.ts'

const textsOf = (scratch: Scratch, texts: readonly string[]): Column & { readonly kind: 'text' } => {
  const [start, end] = [scratch.u32(texts.length), scratch.u32(texts.length)]
  for (const [i, text] of texts.entries()) ({ start: start[i], end: end[i] } = scratch.write(text))
  return { kind: 'text', start, end }
}

/** A stored value as the column of one row that it came from. */
const columnOf = (scratch: Scratch, { type }: Field, value: unknown): Column | undefined => {
  if (Array.isArray(value)) {
    const first = scratch.u32(2)
    first.set([0, value.length])
    return { kind: 'list', first, values: textsOf(scratch, value.map(String)) }
  }
  switch (type) {
    case 'long':
    case 'double': {
      const { start, end } = textsOf(scratch, [String(value)])
      return { kind: 'number', values: scratch.f64(1).fill(Number(value)), text: { start, end } }
    }
    case 'date': {
      const time = { ms: 0, ns: 0, digits: 0 }
      const bytes = Buffer.from(String(value))
      if (!readRfc3339(bytes, 0, bytes.length, time)) return undefined
      const [ms, ns, digits] = [scratch.f64(1), scratch.u32(1), scratch.u8(1)]
      ms[0] = time.ms
      ns[0] = time.ns
      digits[0] = time.digits
      return { kind: 'time', ms, ns, digits }
    }
    case 'boolean':
      return { kind: 'boolean', values: scratch.u8(1).fill(value === true ? 1 : 0) }
    default:
      return typeof value === 'object' ? undefined : textsOf(scratch, [String(value)])
  }
}

/**
 * The record that a reversible grammar would read these fields from; undefined where there is none such. It need not be
 * the bytes that were logged: times are in `timezone`, and what is written in several ways in one of them.
 */
export const printStored = (
  arena: Arena,
  grammar: Pick<Grammar, 'schema' | 'print'>,
  read: (field: string) => unknown,
  timezone: string,
): string | undefined => {
  const scratch = createScratch(arena)
  try {
    const columns = new Map<string, Column>()
    for (const [name, field] of grammar.schema) {
      const value = read(name)
      const column = value === undefined || value === null ? undefined : columnOf(scratch, field, value)
      if (column !== undefined) columns.set(name, column)
    }
    return grammar.print({ columns, block: { arena } } as unknown as Batch, 0, { timezone })
  } finally {
    scratch.release()
  }
}
