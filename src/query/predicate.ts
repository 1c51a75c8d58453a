import { type Batch, outcome } from '../event/batch.ts'
import { absent, type Column } from '../event/column.ts'
import { memberFits, someLeaf } from './json-leaves.ts'
import type { Leaf, Query } from './tree.ts'
import { createValueTest } from './value-test.ts'

/** By row, 1 where the query matches, else 0. Rows that are not live may hold rubbish and never match. */
export type Predicate = (batch: Batch) => Uint8Array

/** Rows of `rows` (1 = asked about) that match. */
type Step = (batch: Batch, rows: Uint8Array) => Uint8Array

/**
 * Compiles a query to a selection over columns. Compile once, apply to any number of batches: a leaf whose column is
 * missing finds nothing. Values of a dictionary are tested once each, and only where a row still asks for them.
 */
export const toPredicate = (query: Query): Predicate => {
  const step = compile(query)
  return (batch) => {
    const rows = new Uint8Array(batch.count)
    for (let i = 0; i < rows.length; i++) rows[i] = batch.outcome[i] === outcome.live ? 1 : 0
    return step(batch, rows)
  }
}

const compile = (query: Query): Step => {
  switch (query.kind) {
    case 'all':
      return (_, rows) => rows
    case 'none':
      return (_, rows) => new Uint8Array(rows.length)
    case 'and': {
      const steps = query.of.map(compile)
      return (batch, rows) => steps.reduce((left, step) => step(batch, left), rows)
    }
    case 'or': {
      const steps = query.of.map(compile)
      return (batch, rows) => {
        const found = new Uint8Array(rows.length)
        const left = rows.slice()
        for (const step of steps) {
          const more = step(batch, left)
          for (let i = 0; i < found.length; i++)
            if (more[i] === 1) {
              found[i] = 1
              left[i] = 0
            }
        }
        return found
      }
    }
    case 'not': {
      const step = compile(query.of)
      return (batch, rows) => {
        const hit = step(batch, rows)
        const found = new Uint8Array(rows.length)
        for (let i = 0; i < found.length; i++) found[i] = rows[i] === 1 && hit[i] !== 1 ? 1 : 0
        return found
      }
    }
    default:
      return compileLeaf(query)
  }
}

const encoder = new TextEncoder()

const compileLeaf = (leaf: Leaf): Step => {
  const { text, number, time, ip, boolean, scalar } = createValueTest(leaf)
  const path = encoder.encode('path' in leaf ? (leaf.path ?? '') : '')
  const isObject = leaf.type === 'flattened'

  const over = (column: Column, bytes: Uint8Array, rows: Uint8Array): Uint8Array => {
    const count = rows.length
    const found = new Uint8Array(count)
    switch (column.kind) {
      case 'text': {
        const { start, end } = column
        for (let i = 0; i < count; i++)
          if (rows[i] === 1 && start[i] !== absent && text(bytes, start[i]!, end[i]!)) found[i] = 1
        return found
      }
      case 'json': {
        const { start, end } = column
        const own = isObject ? path : nowhere
        for (let i = 0; i < count; i++)
          if (rows[i] === 1 && start[i] !== absent && someLeaf(bytes, start[i]!, end[i]!, own, -1, text)) found[i] = 1
        return found
      }
      case 'number': {
        const { values, text: slices } = column
        let row = 0
        const digits = () =>
          slices === undefined || slices.start[row] === absent
            ? undefined
            : decoder.decode(bytes.slice(slices.start[row]!, slices.end[row]!))
        for (; row < count; row++) {
          const value = values[row]!
          if (rows[row] === 1 && !Number.isNaN(value) && number(value, digits)) found[row] = 1
        }
        return found
      }
      case 'time': {
        const { ms } = column
        for (let i = 0; i < count; i++) {
          const value = ms[i]!
          if (rows[i] === 1 && !Number.isNaN(value) && time(value)) found[i] = 1
        }
        return found
      }
      case 'ip': {
        const { values, present } = column
        for (let i = 0; i < count; i++) if (rows[i] === 1 && present[i] === 1 && ip(values, i * 16)) found[i] = 1
        return found
      }
      case 'boolean': {
        const { values } = column
        for (let i = 0; i < count; i++) if (rows[i] === 1 && values[i] !== 255 && boolean(values[i] === 1)) found[i] = 1
        return found
      }
      case 'constant':
        return scalar(column.value) ? rows : found
      case 'dictionary': {
        const { codes, values } = column
        const asked = new Uint8Array(lengthOf(values))
        for (let i = 0; i < count; i++) if (rows[i] === 1 && codes[i] !== absent) asked[codes[i]!] = 1
        const hits = over(values, bytes, asked)
        for (let i = 0; i < count; i++) if (rows[i] === 1 && codes[i] !== absent) found[i] = hits[codes[i]!]!
        return found
      }
      case 'list': {
        const { first, values } = column
        const asked = new Uint8Array(lengthOf(values))
        for (let i = 0; i < count; i++) if (rows[i] === 1) asked.fill(1, first[i], first[i + 1])
        const hits = over(values, bytes, asked)
        for (let i = 0; i < count; i++)
          for (let k = first[i]!; rows[i] === 1 && k < first[i + 1]!; k++) if (hits[k] === 1) found[i] = 1
        return found
      }
      case 'members': {
        const { first, key, value } = column
        for (let i = 0; i < count; i++)
          for (let k = first[i]!; rows[i] === 1 && found[i] === 0 && k < first[i + 1]!; k++)
            if (memberFits(bytes, key.start[k]!, key.end[k]!, bytes, value.start[k]!, value.end[k]!, path, -1, text))
              found[i] = 1
        return found
      }
    }
  }
  return (batch, rows) => {
    const column = batch.columns.get(leaf.field)
    return column === undefined ? new Uint8Array(rows.length) : over(column, batch.block.arena.bytes, rows)
  }
}

const decoder = new TextDecoder()
const nowhere = new Uint8Array(0)

/** Rows a column has room for. A constant has as many as are asked about, and is never inside another. */
const lengthOf = (column: Column): number => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return column.start.length
    case 'number':
    case 'boolean':
      return column.values.length
    case 'time':
      return column.ms.length
    case 'ip':
      return column.present.length
    case 'dictionary':
      return column.codes.length
    case 'list':
    case 'members':
      return column.first.length - 1
    case 'constant':
      return 0
  }
}
