import type { Op, TakeOp, Value } from './form.ts'

/** Number of a field's slot; `again` has one of its own. -1: the value goes nowhere. */
export type SlotOf = (field: string, again?: true | 'unset') => number

/** Slots an operation may fill. */
export const slotsOf = (ops: readonly Op[], slotOf: SlotOf): Int32Array => {
  const found = new Set<number>()
  const ofValue = (value: Value): void => {
    if (value.as === 'address')
      for (const name of [value.ip, value.list]) if (name !== undefined) found.add(slotOf(name))
    if (value.as === 'host')
      for (const name of [value.port, value.ip, value.domain]) if (name !== undefined) found.add(slotOf(name))
    if (value.as === 'url')
      for (const part of ['path', 'query', 'scheme', 'domain', 'port']) found.add(slotOf(value.prefix + part))
  }
  const takes = (take: TakeOp): void => {
    if (take.field !== undefined) found.add(slotOf(take.field, take.again))
    ofValue(take.value)
  }
  const walk = (all: readonly Op[]): void => {
    for (const op of all) {
      if (op.op === 'take') takes(op)
      else if (op.op === 'optional' || op.op === 'csv') walk(op.ops)
      else if (op.op === 'whole') walk([op.take, ...op.ops])
      else if (op.op === 'either') for (const branch of op.branches) walk(branch)
      else if (op.op === 'any_order') for (const part of op.parts) walk(part.ops)
      else if (op.op === 'pairs') for (const { take } of op.members) takes(take)
      else if (op.op === 'header_lines') {
        for (const { take } of op.members) takes(take)
        for (const name of [...op.texts.map(({ field }) => field), op.others]) found.add(slotOf(name))
      } else if (op.op === 'trace')
        for (const name of [op.field ?? op.trace, op.trace, op.type, op.reason]) found.add(slotOf(name))
      else if (op.op === 'regex') for (const { take } of op.groups) takes(take)
      else if (op.op === 'extract') for (const { take } of op.captures) takes(take)
      else if (op.op === 'uncoloured') walk(op.ops)
      else if (op.op === 'json' || op.op === 'key_values' || op.op === 'delimited') {
        if (op.op === 'key_values' && op.text !== undefined) found.add(slotOf(op.text))
        for (const { field, value } of op.members) {
          found.add(slotOf(field))
          ofValue(value)
        }
        for (const { ops: inner } of op.lines) walk(inner)
        if (op.undeclared === 'json') found.add(slotOf('json'))
      }
    }
  }
  walk(ops)
  found.delete(-1)
  return Int32Array.from(found)
}
