import { absent } from '../event/column.ts'
import { encode } from './encode.ts'
import type { DeriveOp } from './form.ts'
import type { Machine } from './machine.ts'
import { address, readAddress } from './read-address.ts'
import { splitHost } from './read-url.ts'
import { copyCell, copyOf, isSet, putIp, putNumber, putText, type Slot } from './slot.ts'
import type { SlotOf } from './slots-of.ts'
import { sameBytes } from './step.ts'

/** A text of a definition, written into the arena once a batch. */
interface Known {
  readonly bytes: Uint8Array
  batch: unknown
  at: number
}
const known = (text: string): Known => ({ bytes: encode(text), batch: undefined, at: 0 })

const put = (m: Machine, to: number, text: Known): void => {
  if (text.batch !== m.scratch) {
    text.at = m.scratch.take(text.bytes.length)
    m.bytes.set(text.bytes, text.at)
    text.batch = m.scratch
  }
  putText(m, to, text.at, text.at + text.bytes.length)
}

interface DeriveStep {
  readonly run: (m: Machine, d: DeriveStep) => void
  readonly to: number
  /** Whether something else may have filled it. */
  readonly mayBeSet: boolean
  readonly from: number
  readonly words: readonly Uint8Array[]
  readonly below: Float64Array
  readonly texts: readonly (Known | undefined)[]
  readonly other: number
  readonly otherwise: Known | undefined
  readonly by: number
  readonly rest: boolean
}

const copyOnce = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  if (isSet(m, from)) copyCell(m, from, d.to)
}
const byWord = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  if (!from.live || from.start[m.row] === absent) return
  const start = from.start[m.row]!
  const end = from.end[m.row]!
  for (let i = 0; i < d.words.length; i++) {
    if (d.words[i]!.length !== end - start || !sameBytes(m.bytes, start, end, d.words[i]!)) continue
    put(m, d.to, d.texts[i]!)
    return
  }
  if (d.otherwise !== undefined) put(m, d.to, d.otherwise)
}
const byRange = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  if (!from.live) return
  const value = from.values[m.row]!
  if (Number.isNaN(value)) return
  for (let i = 0; i < d.below.length; i++) {
    if (value >= d.below[i]!) continue
    put(m, d.to, d.texts[i]!)
    return
  }
  if (d.otherwise !== undefined) put(m, d.to, d.otherwise)
}

const byDivision = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  if (!from.live) return
  const value = from.values[m.row]!
  if (Number.isNaN(value)) return
  const rest = value % d.by
  putNumber(m, d.to, d.rest ? rest : (value - rest) / d.by, absent, absent)
}

const byComparison = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  const other = m.slots[d.other]!
  if (!from.live || !other.live) return
  const value = from.values[m.row]!
  const bound = other.values[m.row]!
  // Neither where one of them has no value.
  const text = value < bound ? d.texts[0] : value > bound ? d.texts[2] : value === bound ? d.texts[1] : undefined
  if (text !== undefined) put(m, d.to, text)
}

const isOfExtension = (b: number): boolean => {
  const low = b | 32
  return (low >= 97 && low <= 122) || (b >= 48 && b <= 57)
}
const mostOfExtension = 10

const byExtension = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  if (!from.live || from.start[m.row] === absent) return
  const start = from.start[m.row]!
  const end = from.end[m.row]!
  const least = Math.max(start, end - mostOfExtension)
  let at = end
  while (at > least && isOfExtension(m.bytes[at - 1]!)) at--
  if (at < end && at > start && m.bytes[at - 1] === 46) putText(m, d.to, at, end)
}

/** The cell of the last element this record put into a list; -1 for none. */
const lastCell = (m: Machine, list: Slot): number =>
  list.live && list.cursor > list.first[m.row]! ? list.cursor - 1 : -1

const byLast = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  const cell = lastCell(m, from)
  if (cell >= 0) copyOf(m, from, cell, d.to)
}

/** `d.by` 0: the address; `d.other`: where the port goes. */
const byLastHost = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  const cell = lastCell(m, from)
  if (cell < 0) return
  const start = from.start[cell]!
  const end = from.end[cell]!
  if (readAddress(m.bytes, start, end)) {
    if (d.by === 0) putIp(m, d.to, address.view)
    return
  }
  splitHost(m, start, end, d.other, true)
  if (d.by === 0 && readAddress(m.bytes, m.first, m.second)) putIp(m, d.to, address.view)
}

const bySum = (m: Machine, d: DeriveStep): void => {
  const from = m.slots[d.from]!
  if (lastCell(m, from) < 0) return
  const first = from.first[m.row]!
  if (from.cursor === first + 1) {
    copyOf(m, from, first, d.to)
    return
  }
  let sum = 0
  for (let cell = first; cell < from.cursor; cell++) sum += from.values[cell]!
  // Parts of a second, say: what adding binary fractions puts behind the twelfth digit is no part of any of them.
  putNumber(m, d.to, Number.isInteger(sum) ? sum : Number(sum.toPrecision(12)), absent, absent)
}

const nothing = {
  other: -1,
  words: [],
  below: new Float64Array(0),
  texts: [],
  otherwise: undefined,
  by: 1,
  rest: false,
}

const stepFor = (op: DeriveOp, slotOf: SlotOf): Omit<DeriveStep, 'mayBeSet'> => {
  const to = slotOf(op.to)
  const otherwise = 'otherwise' in op && op.otherwise !== undefined ? known(op.otherwise) : undefined
  switch (op.from) {
    case 'constant':
      return { ...nothing, run: (m, d) => put(m, d.to, d.texts[0]!), to, from: -1, texts: [known(op.text)] }
    case 'copy':
      return { ...nothing, run: copyOnce, to, from: slotOf(op.field) }
    case 'words':
      return {
        ...nothing,
        run: byWord,
        to,
        from: slotOf(op.field),
        words: Object.keys(op.map).map(encode),
        texts: Object.values(op.map).map(known),
        otherwise,
      }
    case 'division':
      return { ...nothing, run: byDivision, to, from: slotOf(op.field), by: op.by, rest: op.take === 'remainder' }
    case 'comparison':
      return {
        ...nothing,
        run: byComparison,
        to,
        from: slotOf(op.field),
        other: slotOf(op.with),
        texts: [op.less, op.same, op.more].map((text) => (text === undefined ? undefined : known(text))),
      }
    case 'extension':
      return { ...nothing, run: byExtension, to, from: slotOf(op.field) }
    case 'last': {
      const from = slotOf(op.field)
      if (op.part === undefined) return { ...nothing, run: byLast, to, from }
      const isPort = op.part === 'port'
      return { ...nothing, run: byLastHost, to, from, by: isPort ? 1 : 0, other: isPort ? to : -1 }
    }
    case 'sum':
      return { ...nothing, run: bySum, to, from: slotOf(op.field) }
    case 'ranges':
      return {
        ...nothing,
        run: byRange,
        to,
        from: slotOf(op.field),
        below: Float64Array.from(op.ranges, ({ below }) => below),
        texts: op.ranges.map(({ text }) => known(text)),
        otherwise,
      }
  }
}

export type Deriving = (m: Machine) => void

/** Of the last host of a list both the address and its port are wanted as a rule, and neither from elsewhere: they are read at once. */
const withPorts = (steps: readonly DeriveStep[]): readonly DeriveStep[] =>
  steps.flatMap((step, i) => {
    const isPair = (one: DeriveStep | undefined, other: DeriveStep | undefined): boolean =>
      one?.run === byLastHost &&
      other?.run === byLastHost &&
      one.from === other.from &&
      one.by === 0 &&
      other.by === 1 &&
      !one.mayBeSet &&
      !other.mayBeSet
    if (isPair(steps[i - 1], step)) return []
    return isPair(step, steps[i + 1]) ? [{ ...step, other: steps[i + 1]!.to }] : [step]
  })

/**
 * Sets what follows from a record's other values, where the field has none yet. `again` fields replace the first, or stand in.
 * `filled`: slots that reading may have filled.
 */
export const deriving = (
  ops: readonly DeriveOp[],
  again: ReadonlyMap<string, true | 'unset'>,
  slotOf: SlotOf,
  filled: ReadonlySet<number>,
): Deriving => {
  const twice = [...again].map(([field, how]) => ({
    from: slotOf(field, true),
    to: slotOf(field),
    replaces: how === true,
  }))
  const others = new Set([...filled, ...twice.map(({ to }) => to)])
  const steps = withPorts(
    ops.map((op) => {
      const step = stepFor(op, slotOf)
      const mayBeSet = others.has(step.to)
      others.add(step.to)
      return { ...step, mayBeSet }
    }),
  )
  return (m) => {
    for (let i = 0; i < twice.length; i++) {
      const { from, to, replaces } = twice[i]!
      if (isSet(m, m.slots[from]!) && (replaces || !isSet(m, m.slots[to]!))) copyCell(m, m.slots[from]!, to)
    }
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!
      if (!step.mayBeSet || !isSet(m, m.slots[step.to]!)) step.run(m, step)
    }
  }
}
