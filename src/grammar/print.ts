import type { Batch } from '../event/batch.ts'
import { type Column, has } from '../event/column.ts'
import type { Form, Op, TakeOp, Value } from './form.ts'
import { layoutItems } from './layout.ts'
import { type Cell, printEscaped, printValue } from './print-value.ts'
import { zoneOf } from './zone.ts'

export interface PrintOptions {
  /** Zone that times are printed in; default `UTC`. */
  readonly timezone?: string
}

/** Fields the operations may set. */
const fieldsOf = (ops: readonly Op[]): readonly string[] =>
  ops.flatMap((op) => {
    if (op.op === 'take')
      return [op.field, op.value.as === 'host' ? op.value.port : undefined].filter((name) => name !== undefined)
    if (op.op === 'optional') return fieldsOf(op.ops)
    if (op.op === 'whole') return fieldsOf([op.take, ...op.ops])
    if (op.op === 'either') return op.branches.flatMap(fieldsOf)
    if (op.op === 'any_order') return op.parts.flatMap((part) => fieldsOf(part.ops))
    return []
  })
const sureFields = (ops: readonly Op[]): readonly string[] =>
  ops.flatMap((op) =>
    op.op === 'take' && op.field !== undefined && op.absent === undefined
      ? [op.field]
      : op.op === 'any_order'
        ? op.parts.filter((part) => part.needed).flatMap((part) => sureFields(part.ops))
        : op.op === 'whole'
          ? sureFields(op.ops)
          : [],
  )

/** Whether a time of the layout can be written again from what it is. */
const keepsItsForm = (layout: string): boolean =>
  !['iso', 'epoch', 'tai64n'].includes(layout) &&
  !layoutItems(layout).some((item) => 'token' in item && item.token === 'z')

const cannotPrint = (value: Value): boolean =>
  value.as === 'skip' ||
  value.as === 'host' ||
  (value.as === 'list' && (value.separators.length !== 1 || cannotPrint(value.of))) ||
  (value.as === 'time' && (value.layouts.length !== 1 || !keepsItsForm(value.layouts[0]!)))

/** Whether the value is the text as it stands in the log. */
const isAsWritten = (take: TakeOp): boolean => take.value.as === 'text' && take.escape === undefined

/** Whether records can be printed at all: nothing skipped, no order lost. */
const isReversible = (ops: readonly Op[]): boolean =>
  ops.every((op) => {
    switch (op.op) {
      case 'literal':
      case 'newline':
        return true
      case 'take':
        return (
          op.again === undefined &&
          op.field !== undefined &&
          op.close === undefined &&
          op.extent !== 'csv' &&
          op.trim === undefined &&
          op.escape !== 'any' &&
          op.escape !== 'hash' &&
          !cannotPrint(op.value)
        )
      case 'optional':
        // Where it cannot be printed, records that lack it can.
        return fieldsOf(op.ops).length > 0
      case 'either':
        return op.branches.some(isReversible)
      case 'whole':
        return isAsWritten(op.take) || isReversible(op.ops)
      default:
        return false
    }
  })

const printTake = (op: TakeOp, cell: Cell, columns: Batch['columns']): string | undefined => {
  const column = columns.get(op.field!)
  const present = column !== undefined && has(column, cell.row)
  if (!present && op.absent === undefined) return undefined
  const all = op.value.as === 'address' && op.value.list !== undefined ? columns.get(op.value.list) : undefined
  if (all !== undefined && has(all, cell.row)) {
    return printValue({ as: 'list', separators: [', '], of: { as: 'word' } }, all, cell)
  }
  const text = present ? printValue(op.value, column, cell) : (op.absent![0] ?? '')
  if (text === undefined) return undefined
  const written = present && op.escape !== undefined ? printEscaped(op.escape, text) : text
  return op.extent === 'quoted' ? `"${written}"` : written
}

/** What stood there, which is nothing where the field has no value. */
const wholeText = (column: Column | undefined, cell: Cell): string | undefined =>
  column === undefined || !has(column, cell.row) ? '' : printValue({ as: 'text' }, column, cell)

const printOps = (ops: readonly Op[], columns: Batch['columns'], cell: Cell): string | undefined => {
  const present = (name: string): boolean => {
    const column = columns.get(name)
    return column !== undefined && has(column, cell.row)
  }
  let text = ''
  for (const op of ops) {
    let piece: string | undefined
    if (op.op === 'literal') piece = op.text
    else if (op.op === 'newline') piece = '\n'
    else if (op.op === 'take') piece = printTake(op, cell, columns)
    else if (op.op === 'whole')
      piece = isAsWritten(op.take) ? wholeText(columns.get(op.take.field!), cell) : printOps(op.ops, columns, cell)
    else if (op.op === 'optional') {
      const there = fieldsOf(op.ops).some(present)
      piece = there && isReversible(op.ops) ? printOps(op.ops, columns, cell) : there ? undefined : ''
    } else if (op.op === 'either') {
      // The branch that has every value it needs, and leaves none to another. Of several nobody knows which it was.
      const set = fieldsOf([op]).filter(present)
      const fitting = op.branches.filter(
        (one) => sureFields(one).every(present) && set.every((name) => fieldsOf(one).includes(name)),
      )
      const texts = new Set(fitting.map((one) => (isReversible(one) ? printOps(one, columns, cell) : undefined)))
      piece = texts.size === 1 ? [...texts][0] : undefined
    }
    if (piece === undefined) return undefined
    text += piece
  }
  return text
}

/**
 * The record as it was logged: `print(parse(x)) = x`, except that an absent value prints as the first absent mark,
 * times in the zone asked for, addresses as RFC 5952 has them, lists of addresses with `, ` between, and bytes that were no UTF-8 as U+FFFD. Undefined:
 * something was skipped or written in a way that is not kept.
 */
export const print = (
  form: Form,
  batch: Batch,
  row: number,
  { timezone = 'UTC' }: PrintOptions,
): string | undefined => {
  const cell: Cell = { row, node: batch.block.arena.node, zone: zoneOf(timezone) }
  for (const { ops } of form.alternatives) {
    if (
      !isReversible(ops) ||
      !sureFields(ops).every((name) => batch.columns.has(name) && has(batch.columns.get(name)!, row))
    )
      continue
    const others = form.alternatives.flatMap((one) => fieldsOf(one.ops)).filter((name) => !fieldsOf(ops).includes(name))
    if (others.some((name) => batch.columns.has(name) && has(batch.columns.get(name)!, row))) continue
    return printOps(ops, batch.columns, cell)
  }
  return undefined
}
