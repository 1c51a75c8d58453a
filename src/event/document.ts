import type { Batch } from './batch.ts'
import { absent, type Column, has, type Slices } from './column.ts'
import { printIp } from './ip.ts'
import { createTimeWriter } from './iso-time.ts'
import { writeEscaped, writeInteger } from './json-text.ts'

/** Writes rows as nested ECS documents: the one place where dotted names become nested objects. */
export interface DocumentWriter {
  /** Writes row `row` as one JSON object, without newline, at address `at` of the arena; returns where it ends. */
  write(row: number, at: number): number
  /** No more bytes than this are written for `row`. */
  bound(row: number): number
}

interface ObjectNode {
  readonly objects: Map<string, ObjectNode>
  readonly leaves: { readonly name: string; readonly column: Column }[]
}

type ValueWriter = (row: number, at: number) => number

interface Leaf {
  readonly key: Uint8Array
  readonly column: Column
  readonly write: ValueWriter
}
interface Plan {
  /** `"http":{` and the members that are the same for every row. */
  readonly open: Uint8Array
  readonly constant: boolean
  readonly leaves: readonly Leaf[]
  readonly objects: readonly Plan[]
}

const encoder = new TextEncoder()

const treeOf = (columns: ReadonlyMap<string, Column>): ObjectNode => {
  const root: ObjectNode = { objects: new Map(), leaves: [] }
  for (const [name, column] of columns) {
    const path = name.split('.')
    let node = root
    for (const part of path.slice(0, -1)) {
      let next = node.objects.get(part)
      if (next === undefined) {
        next = { objects: new Map(), leaves: [] }
        node.objects.set(part, next)
      }
      node = next
    }
    node.leaves.push({ name: path.at(-1)!, column })
  }
  return root
}

/** Bytes a value of a column without slices takes at the most. */
const widths = { number: 26, time: 32, ip: 42, boolean: 5 } as const

/** Whether 16 bytes are a v4-mapped address, `::ffff:0:0/96`: the common case, written without a string. */
const isV4 = (values: Uint8Array, at: number): boolean => {
  for (let i = at; i < at + 10; i++) if (values[i] !== 0) return false
  return values[at + 10] === 255 && values[at + 11] === 255
}

const sliceBound = (slices: Slices, row: number): number =>
  slices.start[row] === absent ? 0 : 6 * (slices.end[row]! - slices.start[row]!) + 2

const valueBound = (column: Column, row: number): number => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return sliceBound(column, row)
    case 'number':
      return column.text === undefined ? widths.number : Math.max(widths.number, sliceBound(column.text, row))
    case 'time':
    case 'ip':
    case 'boolean':
      return widths[column.kind]
    case 'constant':
      return 0
    case 'dictionary':
      return column.codes[row] === absent ? 0 : valueBound(column.values, column.codes[row]!)
    case 'list': {
      let sum = 2
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++) sum += valueBound(column.values, i) + 1
      return sum
    }
    case 'members': {
      let sum = 2
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++)
        sum += sliceBound(column.key, i) + sliceBound(column.value, i) + 4
      return sum
    }
  }
}

export const createWriter = (batch: Pick<Batch, 'block' | 'columns'>): DocumentWriter => {
  const { bytes: memory, node } = batch.block.arena
  const times = createTimeWriter()

  const copy = (from: Uint8Array, at: number): number => {
    const n = from.length
    for (let i = 0; i < n; i++) memory[at + i] = from[i]!
    return at + n
  }
  const writeString = (start: number, end: number, at: number): number => {
    memory[at] = 0x22
    const to = writeEscaped(memory, start, end, at + 1)
    memory[to] = 0x22
    return to + 1
  }
  const copySlice = (start: number, end: number, at: number): number => {
    if (end - start > 48) memory.copyWithin(at, start, end)
    else for (let i = start, to = at; i < end; ) memory[to++] = memory[i++]!
    return at + (end - start)
  }
  const writeNumber = (value: number, at: number): number =>
    Number.isSafeInteger(value) ? writeInteger(memory, value, at) : at + node.write(String(value), at, 'latin1')

  const writerOf = (column: Column): ValueWriter => {
    switch (column.kind) {
      case 'text':
        return (row, at) => writeString(column.start[row]!, column.end[row]!, at)
      case 'json':
        return (row, at) => copySlice(column.start[row]!, column.end[row]!, at)
      case 'number': {
        const { values, text } = column
        if (text === undefined) return (row, at) => writeNumber(values[row]!, at)
        return (row, at) =>
          text.start[row] === absent ? writeNumber(values[row]!, at) : copySlice(text.start[row]!, text.end[row]!, at)
      }
      case 'time':
        return (row, at) => {
          memory[at] = 0x22
          const to = times.write(memory, column.ms[row]!, column.ns[row]!, column.digits[row]!, at + 1)
          memory[to] = 0x22
          return to + 1
        }
      case 'ip':
        return (row, at) => {
          const from = row * 16
          if (!isV4(column.values, from)) return at + node.write(`"${printIp(column.values, from)}"`, at, 'latin1')
          let to = at
          memory[to++] = 0x22
          for (let i = from + 12; i < from + 16; i++) {
            if (i > from + 12) memory[to++] = 0x2e
            to = writeInteger(memory, column.values[i]!, to)
          }
          memory[to++] = 0x22
          return to
        }
      case 'boolean':
        return (row, at) => at + node.write(column.values[row] === 1 ? 'true' : 'false', at, 'latin1')
      case 'constant': {
        const value = encoder.encode(JSON.stringify(column.value))
        return (_, at) => copy(value, at)
      }
      case 'dictionary': {
        const inner = writerOf(column.values)
        return (row, at) => inner(column.codes[row]!, at)
      }
      case 'list': {
        const inner = writerOf(column.values)
        return (row, at) => {
          let to = at
          memory[to++] = 0x5b
          for (let i = column.first[row]!; i < column.first[row + 1]!; i++) {
            if (i > column.first[row]!) memory[to++] = 0x2c
            to = inner(i, to)
          }
          memory[to++] = 0x5d
          return to
        }
      }
      case 'members':
        return (row, at) => {
          let to = at
          memory[to++] = 0x7b
          for (let i = column.first[row]!; i < column.first[row + 1]!; i++) {
            if (i > column.first[row]!) memory[to++] = 0x2c
            to = writeString(column.key.start[i]!, column.key.end[i]!, to)
            memory[to++] = 0x3a
            to = copySlice(column.value.start[i]!, column.value.end[i]!, to)
          }
          memory[to++] = 0x7d
          return to
        }
    }
  }

  const keyOf = (name: string): string => `${JSON.stringify(name)}:`
  const planOf = (name: string | undefined, tree: ObjectNode): Plan => {
    const constants = tree.leaves.flatMap(({ name, column }) =>
      column.kind === 'constant' ? [`${keyOf(name)}${JSON.stringify(column.value)}`] : [],
    )
    return {
      open: encoder.encode(`${name === undefined ? '' : keyOf(name)}{${constants.join(',')}`),
      constant: constants.length > 0,
      leaves: tree.leaves.flatMap(({ name, column }) =>
        column.kind === 'constant' ? [] : [{ key: encoder.encode(keyOf(name)), column, write: writerOf(column) }],
      ),
      objects: [...tree.objects].map(([name, inner]) => planOf(name, inner)),
    }
  }

  /** Returns `at` itself where nothing in the object has a value. */
  const writeObject = (plan: Plan, row: number, at: number): number => {
    let to = copy(plan.open, at)
    let some = plan.constant
    const { leaves, objects } = plan
    for (let i = 0; i < leaves.length; i++) {
      const leaf = leaves[i]!
      if (!has(leaf.column, row)) continue
      if (some) memory[to++] = 0x2c
      to = leaf.write(row, copy(leaf.key, to))
      some = true
    }
    for (let i = 0; i < objects.length; i++) {
      const inner = some ? to + 1 : to
      const end = writeObject(objects[i]!, row, inner)
      if (end === inner) continue
      if (some) memory[to] = 0x2c
      to = end
      some = true
    }
    if (!some) return at
    memory[to] = 0x7d
    return to + 1
  }

  const root = planOf(undefined, treeOf(batch.columns))
  const fixed = boundOfPlan(root)
  const varying = [...batch.columns.values()].filter(({ kind }) => kind !== 'constant')
  return {
    write(row, at) {
      const end = writeObject(root, row, at)
      if (end > at) return end
      memory[at] = 0x7b
      memory[at + 1] = 0x7d
      return at + 2
    },
    bound(row) {
      let sum = fixed
      for (let i = 0; i < varying.length; i++) sum += valueBound(varying[i]!, row)
      return sum
    },
  }
}

const boundOfPlan = (plan: Plan): number =>
  2 +
  plan.open.length +
  plan.leaves.reduce((sum, { key }) => sum + key.length + 1, 0) +
  plan.objects.reduce((sum, inner) => sum + boundOfPlan(inner) + 1, 0)

/** One row as JSON text: for people, dead letters and user functions; not for bulk. */
export const documentText = (batch: Batch, row: number): string => {
  const writer = createWriter(batch)
  const at = batch.scratch.take(writer.bound(row))
  return batch.block.arena.node.toString('utf8', at, writer.write(row, at))
}
