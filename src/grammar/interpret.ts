import { Script } from 'node:vm'
import { type Batch, kill, outcome } from '../event/batch.ts'
import type { Block } from '../event/block.ts'
import type { Column } from '../event/column.ts'
import type { Failure } from '../event/failure.ts'
import type { Schema } from '../event/field.ts'
import type { ReadOptions } from '../event/reader.ts'
import { type Assembled, assemble, type SlotOf, usesRegex } from './assemble.ts'
import { type Deriving, deriving } from './derive-row.ts'
import type { Form, Op } from './form.ts'
import { createMachine, fail, lineLimit, type Machine, openBlock, openRecord } from './machine.ts'
import { closeSlot, columnOf, createSlot, type Slot, takeBack } from './slot.ts'
import { runAll } from './step.ts'
import { zoneOf } from './zone.ts'

/** Milliseconds a run of records may take where a grammar has regular expressions, and how many records it is. */
const patternTime = 200
const patternRows = 256
const foundMost = 64

interface Alternative extends Assembled {
  readonly derive: Deriving
}

/** Fields that are captured again, and whether the later capture counts always or only where the first has no value. */
const againFields = (ops: readonly Op[]): readonly (readonly [field: string, how: true | 'unset'])[] =>
  ops.flatMap((op) => {
    if (op.op === 'take') return op.again !== undefined && op.field !== undefined ? [[op.field, op.again] as const] : []
    if (op.op === 'optional' || op.op === 'whole' || op.op === 'uncoloured') return againFields(op.ops)
    if (op.op === 'either') return op.branches.flatMap(againFields)
    if (op.op === 'any_order') return op.parts.flatMap((part) => againFields(part.ops))
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
  const alternatives: readonly Alternative[] = form.alternatives.map((alternative) => ({
    ...assemble(alternative, slotOf),
    derive: deriving(alternative.derive, new Map(againFields(alternative.ops)), slotOf),
  }))
  const many = alternatives.length > 1
  const m = createMachine(form.multiline)
  m.slots = slots

  const readRow = (row: number, start: number, end: number): boolean => {
    openRecord(m, row, start, end)
    const first = start < end ? m.bytes[start]! : -1
    for (let i = 0; i < alternatives.length; i++) {
      const alternative = alternatives[i]!
      // What cannot begin like this is not tried, unless nothing is left to explain the failure.
      if (many && first >= 0 && alternative.firstBytes[first] === 0) continue
      m.alternative = many ? alternative.name : undefined
      if (runAll(m, alternative.steps)) {
        if (m.at === end) {
          alternative.derive(m)
          return true
        }
        fail(m, 'trailing_text', m.at, 'the end of the record')
      }
      takeBack(m, alternative.touched)
      m.at = start
      m.limit = lineLimit(m, start)
      m.cell = row
    }
    if (m.farAt < 0) {
      // None was tried; the one that comes to mind is the last record's.
      m.alternative = undefined
      fail(m, 'no_alternative', start, `one of ${alternatives.map(({ name }) => name).join(', ')}`)
    }
    return false
  }

  const readRows = (batch: Batch, from: number, to: number): void => {
    const { start, end } = batch.block
    for (let row = from; row < to; row++) {
      const good = readRow(row, start[row]!, end[row]!)
      for (let i = 0; i < lists.length; i++) {
        const slot = lists[i]!
        if (slot.live) slot.first[row + 1] = slot.cursor
      }
      if (!good) kill(batch, row, failureOf(m))
    }
  }

  /** Runs rows under a bound of time; a row that alone exceeds it fails. */
  const readBounded = (batch: Batch): void => {
    const { count, block } = batch
    let bounds = { from: 0, to: 0 }
    const script = new Script('globalThis[Symbol.for("tailrace.rows")]()')
    const globals = globalThis as unknown as Record<symbol, () => void>
    const run = (from: number, to: number): boolean => {
      bounds = { from, to }
      globals[Symbol.for('tailrace.rows')] = () => readRows(batch, bounds.from, bounds.to)
      try {
        script.runInThisContext({ timeout: patternTime })
        return true
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
        return false
      }
    }
    for (let row = 0; row < count; ) {
      const to = Math.min(count, row + patternRows)
      if (run(row, to)) {
        row = to
        continue
      }
      // The row it stopped in may only have been the last straw: once more, by itself.
      row = m.row
      clearRow(row)
      if (!run(row, row + 1)) {
        clearRow(row)
        openRecord(m, row, block.start[row]!, block.end[row]!)
        kill(batch, row, { stage: 'parse', code: 'pattern_timeout', expected: `an answer within ${patternTime} ms` })
        for (const slot of lists) if (slot.live) slot.first[row + 1] = slot.cursor
      }
      row++
    }
  }
  const clearRow = (row: number): void => {
    m.row = row
    for (const { touched } of alternatives) takeBack(m, touched)
  }
  const bounded = usesRegex(form)

  return (block, { dataset, timezone, now }) => {
    openBlock(m, block, zoneOf(timezone), now)
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
      if (bounded) readBounded(batch)
      else readRows(batch, 0, block.count)
      form.fields.forEach(({ name }, i) => {
        const column = columnOf(slots[i]!, block.count)
        if (column !== undefined) columns.set(name, column)
      })
      return batch
    } catch (error) {
      scratch.release()
      throw error
    } finally {
      for (const slot of slots) closeSlot(slot)
    }
  }
}
