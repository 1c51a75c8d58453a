import type { Batch } from './batch.ts'
import { absent, type Column } from './column.ts'
import { printIp } from './ip.ts'
import { createTimeWriter } from './iso-time.ts'

/** One record's fields by name, each read when it is asked for; gone when the function it was given to is done. */
export type Row = Readonly<Record<string, unknown>>

const times = createTimeWriter()
const line = new Uint8Array(64)

/** The value as a program takes it: numbers as doubles, times as ISO text, addresses as RFC 5952, several values as an array. */
const valueAt = (node: Buffer, column: Column, row: number): unknown => {
  switch (column.kind) {
    case 'text':
      return column.start[row] === absent ? undefined : node.toString('utf8', column.start[row], column.end[row])
    case 'json':
      return column.start[row] === absent
        ? undefined
        : JSON.parse(node.toString('utf8', column.start[row], column.end[row]))
    case 'number':
      return Number.isNaN(column.values[row]) ? undefined : column.values[row]
    case 'boolean':
      return column.values[row] === 255 ? undefined : column.values[row] === 1
    case 'ip':
      return column.present[row] === 1 ? printIp(column.values, row * 16) : undefined
    case 'time': {
      if (Number.isNaN(column.ms[row])) return undefined
      const to = times.write(line, column.ms[row]!, column.ns[row]!, column.digits[row]!, 0)
      return Buffer.from(line.buffer, 0, to).toString('latin1')
    }
    case 'constant':
      return column.value
    case 'dictionary':
      return column.codes[row] === absent ? undefined : valueAt(node, column.values, column.codes[row]!)
    case 'list': {
      const { first, values } = column
      const count = first[row + 1]! - first[row]!
      return count === 0
        ? undefined
        : Array.from({ length: count }, (_, i) => valueAt(node, values, first[row]! + i)).filter(
            (one) => one !== undefined,
          )
    }
    case 'members': {
      const { first, key, value } = column
      if (first[row + 1] === first[row]) return undefined
      const members: [string, unknown][] = []
      for (let i = first[row]!; i < first[row + 1]!; i++)
        members.push([
          node.toString('utf8', key.start[i], key.end[i]),
          JSON.parse(node.toString('utf8', value.start[i], value.end[i])),
        ])
      return Object.fromEntries(members)
    }
  }
}

/**
 * Rows of a batch, for functions of users: `at(3)['user.name']`. A row that is kept beyond `close` throws when it is asked,
 * since the memory is another record's by then.
 */
export const openRows = (batch: Batch): { at(row: number): Row; close(): void } => {
  const { node } = batch.block.arena
  let open = true
  const shape = Object.create(null) as object
  const places = new WeakMap<object, number>()
  for (const [name, column] of batch.columns)
    Object.defineProperty(shape, name, {
      enumerable: true,
      get(this: object) {
        if (!open)
          throw new Error(`the row is gone: copy what you need of it, as '${name}', before the function returns`)
        return valueAt(node, column, places.get(this)!)
      },
    })
  return {
    at(row) {
      const one = Object.create(shape) as Row
      places.set(one, row)
      return Object.freeze(one)
    },
    close() {
      open = false
    },
  }
}
