import { encode, sharedTable } from './encode.ts'
import type { Op } from './form.ts'
import { layoutItems } from './layout.ts'

/** Bytes that the text read by operations may have as its first, and as its second where it has one. */
export interface Opening {
  readonly first: Uint8Array
  readonly second: Uint8Array
}

const digits = encode('0123456789')
const minus = 45
const escapeByte = 27

/** Parts of times that are two digits at least. */
const numeric = new Set(['yyyy', 'yy', 'MM', 'dd', 'HH', 'mm', 'ss'])

const beginsNumeric = (layout: string): boolean => {
  if (layout === 'iso') return true
  if (layout.startsWith('epoch')) return false
  const [item] = layoutItems(layout)
  return item !== undefined && 'token' in item && numeric.has(item.token)
}

/** Marks the bytes that may stand `skip` bytes behind the start; all where that cannot be told. */
const mark = (ops: readonly Op[], skip: number, into: Uint8Array): void => {
  const [op, ...rest] = ops
  const text = (bytes: Uint8Array): void => {
    if (skip < bytes.length) into[bytes[skip]!] = 1
    else mark(rest, skip - bytes.length, into)
  }
  if (op === undefined) into.fill(1)
  else if (op.op === 'literal') text(encode(op.text))
  else if (op.op === 'header_lines') text(encode(op.mark))
  else if (op.op === 'json' && skip === 0) for (const b of encode('{ \t\r\n')) into[b] = 1
  else if (op.op === 'uncoloured' && skip === 0) {
    mark(op.ops, 0, into)
    into[escapeByte] = 1
  } else if (op.op === 'either') for (const branch of op.branches) mark([...branch, ...rest], skip, into)
  else if (op.op === 'whole') mark([...op.ops, ...rest], skip, into)
  else if (op.op === 'optional') {
    mark([...op.ops, ...rest], skip, into)
    mark(rest, skip, into)
  } else if (op.op === 'take' && op.absent === undefined && op.escape === undefined && op.extent === 'self') {
    const { value } = op
    if (value.as === 'words') for (const word of value.words) text(encode(word))
    else if (value.as === 'time' && value.layouts.every(beginsNumeric)) for (const b of digits) into[b] = 1
    else if (['long', 'double', 'duration'].includes(value.as) && skip === 0)
      for (const b of [minus, ...digits]) into[b] = 1
    else into.fill(1)
  } else into.fill(1)
}

export const openingOf = (ops: readonly Op[]): Opening => {
  const first = new Uint8Array(256)
  const second = new Uint8Array(256)
  mark(ops, 0, first)
  mark(ops, 1, second)
  return { first: sharedTable(first), second: sharedTable(second) }
}

/** Whether text that begins at `at` and goes on to `end` may be read; true where there is too little of it to tell. */
export const mayOpen = ({ first, second }: Opening, bytes: Uint8Array, at: number, end: number): boolean =>
  at >= end || (first[bytes[at]!] === 1 && (at + 1 >= end || second[bytes[at + 1]!] === 1))
