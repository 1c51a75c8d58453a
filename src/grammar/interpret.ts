import { type Batch, kill, outcome } from '../event/batch.ts'
import type { Block } from '../event/block.ts'
import type { Column } from '../event/column.ts'
import type { Failure } from '../event/failure.ts'
import type { Schema } from '../event/field.ts'
import type { ReadOptions } from '../event/reader.ts'
import { type Assembled, assemble, usesRegex } from './assemble.ts'
import { type Deriving, deriving } from './derive-row.ts'
import type { Form, Op } from './form.ts'
import { createMachine, fail, type Machine, openBlock, openRecord } from './machine.ts'
import { patternTime, tooLong } from './pattern-time.ts'
import { alternativesOf } from './run-alternatives.ts'
import { closeSlot, columnOf, createSlot, type Slot, takeBack } from './slot.ts'
import type { SlotOf } from './slots-of.ts'
import { eachWithinTime, soon } from './within-time.ts'
import { zoneOf } from './zone.ts'

const foundMost = 64

interface Alternative extends Assembled {
  readonly derive: Deriving
}

/** Fields that are captured again, and whether the later capture counts always or only where the first has no value. */
const againFields = (ops: readonly Op[]): readonly (readonly [field: string, how: true | 'unset'])[] =>
  ops.flatMap((op) => {
    if (op.op === 'take') return op.again !== undefined && op.field !== undefined ? [[op.field, op.again] as const] : []
    if (op.op === 'optional' || op.op === 'csv' || op.op === 'uncoloured') return againFields(op.ops)
    if (op.op === 'whole') return againFields([op.take, ...op.ops])
    if (op.op === 'either') return op.branches.flatMap(againFields)
    if (op.op === 'any_order') return op.parts.flatMap((part) => againFields(part.ops))
    if (op.op === 'regex') return againFields(op.groups.map(({ take }) => take))
    if (op.op === 'extract') return againFields(op.captures.map(({ take }) => take))
    if (op.op === 'pairs' || op.op === 'header_lines') return againFields(op.members.map(({ take }) => take))
    return []
  })

/** Slots of a form: one a field, and one more for each that is captured again. */
const slotsFor = (form: Form): { readonly slots: readonly Slot[]; readonly slotOf: SlotOf } => {
  const again = new Map(form.alternatives.flatMap(({ ops }) => againFields(ops)))
  const fields = [...form.fields, ...form.fields.filter(({ name }) => again.has(name))]
  const index = new Map(form.fields.map(({ name }, i) => [name, i]))
  const extra = new Map(fields.slice(form.fields.length).map(({ name }, i) => [name, form.fields.length + i]))
  return {
    slots: fields.map(createSlot),
    slotOf: (field, twice) => (twice === undefined ? index : extra).get(field) ?? -1,
  }
}

const failureOf = (m: Machine): Failure => {
  const at = Math.max(0, Math.min(m.farAt, m.end) - m.start)
  const from = m.start + at
  // A cut character at the end would read as U+FFFD; four bytes a character are enough.
  const found = m.node.toString('utf8', from, Math.min(m.end, from + foundMost * 4)).slice(0, foundMost)
  return {
    stage: 'parse',
    code: m.farCode,
    at,
    expected: m.farExpected,
    found,
    ...(m.farField === undefined ? {} : { field: m.farField }),
    ...(m.farAlternative === undefined ? {} : { alternative: m.farAlternative }),
  }
}

/**
 * The interpreter: a form read over bytes. Slow only in what has to be slow, and knows how far it came. Not
 * re-entrant: one reading at a time, which JavaScript gives.
 */
export const interpreter = (form: Form, schema: Schema): ((block: Block, options: ReadOptions) => Batch) => {
  const { slots, slotOf } = slotsFor(form)
  const lists = slots.filter((slot) => slot.list)
  const alternatives: readonly Alternative[] = form.alternatives.map((alternative) => {
    const assembled = assemble(alternative, slotOf)
    const filled = new Set(assembled.fills.flatMap((filledByStep) => [...filledByStep]))
    const again = new Map(againFields(alternative.ops))
    return { ...assembled, derive: deriving(alternative.derive, again, slotOf, filled) }
  })
  const run = alternativesOf(alternatives)
  const m = createMachine(form.multiline)
  m.slots = slots

  const readRow = (row: number, start: number, end: number): boolean => {
    openRecord(m, row, start, end)
    const found = run(m)
    if (found >= 0) {
      alternatives[found]!.derive(m)
      return true
    }
    if (m.farAt < 0) {
      // None was tried; the one that comes to mind is the last record's.
      m.alternative = undefined
      fail(m, 'no_alternative', start, `one of ${alternatives.map(({ name }) => name).join(', ')}`)
    }
    return false
  }

  /** Failures of which more can be told, by row. */
  const whys = new Map<number, () => Failure>()

  const closeLists = (row: number): void => {
    for (let i = 0; i < lists.length; i++) {
      const slot = lists[i]!
      if (slot.live) slot.first[row + 1] = slot.cursor
    }
  }
  const readInto = (batch: Batch, row: number): void => {
    const { start, end } = batch.block
    const good = readRow(row, start[row]!, end[row]!)
    closeLists(row)
    if (good) return
    kill(batch, row, failureOf(m))
    if (m.why !== undefined) whys.set(row, m.why)
  }
  const clearRow = (batch: Batch, row: number): void => {
    m.row = row
    batch.outcome[row] = outcome.live
    batch.failures.delete(row)
    whys.delete(row)
    for (const { touched } of alternatives) takeBack(m, touched)
  }
  const bounded = usesRegex(form)

  return (block, { dataset, timezone, now, explaining = false }) => {
    openBlock(m, block, zoneOf(timezone), now, explaining)
    const { scratch } = m
    try {
      const columns = new Map<string, Column>()
      const batch: Batch = {
        block,
        count: block.count,
        dataset,
        columns,
        outcome: scratch.u8(block.count).fill(outcome.live),
        failures: new Map(),
        scratch,
        schema,
      }
      if (bounded)
        eachWithinTime({
          count: block.count,
          most: (row) => patternTime(block.end[row]! - block.start[row]!),
          work: (row) => readInto(batch, row),
          late(row) {
            kill(batch, row, tooLong)
            closeLists(row)
          },
          undo: (row) => clearRow(batch, row),
        })
      else for (let row = 0; row < block.count; row++) readInto(batch, row)
      for (const [row, why] of whys) {
        const failure = soon(why)
        if (failure !== undefined && failure.at! >= batch.failures.get(row)!.at!) batch.failures.set(row, failure)
      }
      form.fields.forEach(({ name }, i) => {
        const column = columnOf(slots[i]!, block.count)
        if (column !== undefined) columns.set(name, column)
      })
      return batch
    } catch (error) {
      scratch.release()
      throw error
    } finally {
      whys.clear()
      for (const slot of slots) closeSlot(slot)
    }
  }
}
