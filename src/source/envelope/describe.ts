import type { Batch } from '../../event/batch.ts'
import { type Column, has } from '../../event/column.ts'
import { type Field, fields, type Schema } from '../../event/field.ts'

/** What an envelope adds to a batch, beside what a grammar read: that stays. */
const add = (batch: Batch, name: string, column: Column): void => {
  if (!batch.columns.has(name)) batch.columns.set(name, column)
}

export const addConstant = (batch: Batch, name: string, value: string | undefined): void => {
  if (value !== undefined && value !== '') add(batch, name, { kind: 'constant', value })
}

/** A list of this one text in every row. */
export const addListOf = (batch: Batch, name: string, value: string | undefined): void => {
  if (value === undefined) return
  const { scratch, count } = batch
  const { start, end } = scratch.write(value)
  const first = scratch.u32(count + 1)
  for (let i = 0; i <= count; i++) first[i] = i
  const text: Column = { kind: 'text', start: scratch.u32(1).fill(start), end: scratch.u32(1).fill(end) }
  add(batch, name, {
    kind: 'list',
    first,
    values: { kind: 'dictionary', codes: scratch.u32(count).fill(0), values: text },
  })
}

/** The same object of texts for every row. */
export const addTexts = (batch: Batch, name: string, texts: ReadonlyMap<string, string>): void => {
  if (texts.size === 0) return
  const { scratch, count } = batch
  const slices = () => ({ start: scratch.u32(texts.size), end: scratch.u32(texts.size) })
  const key = slices()
  const value = slices()
  let i = 0
  for (const [label, text] of texts) {
    ;({ start: key.start[i], end: key.end[i] } = scratch.write(label))
    ;({ start: value.start[i], end: value.end[i] } = scratch.write(JSON.stringify(text)))
    i++
  }
  const first = scratch.u32(2)
  first.set([0, texts.size])
  const values: Column = { kind: 'members', first, key, value }
  add(batch, name, { kind: 'dictionary', codes: scratch.u32(count).fill(0), values })
}

/** `event.created` where the log has a time of its own: the envelope's is no more than that then. */
export const addCreated = (batch: Batch): void => {
  const { scratch, count, columns } = batch
  const { wrapping } = batch.block
  const own = columns.get('@timestamp')
  if (wrapping === undefined || own === undefined) return
  const { ms, ns, digits } = wrapping
  const created = scratch.f64(count)
  for (let i = 0; i < count; i++) created[i] = has(own, i) ? ms[i]! : Number.NaN
  add(batch, 'event.created', { kind: 'time', ms: created, ns, digits })
}

/** `stream`, and `event.created`. */
export const addWrapping = (batch: Batch): void => {
  const { scratch } = batch
  const { wrapping } = batch.block
  if (wrapping === undefined) {
    addConstant(batch, 'stream', batch.block.origin.stream)
    return
  }
  const { streams, code } = wrapping
  if (streams.length === 1) addConstant(batch, 'stream', streams[0])
  else {
    const start = scratch.u32(streams.length)
    const end = scratch.u32(streams.length)
    for (const [i, name] of streams.entries()) ({ start: start[i], end: end[i] } = scratch.write(name))
    add(batch, 'stream', { kind: 'dictionary', codes: code, values: { kind: 'text', start, end } })
  }
  addCreated(batch)
}

/** Rows of the field table, as a schema. */
export const schemaOf = (...names: readonly (keyof typeof fields)[]): Schema =>
  new Map<string, Field>(names.map((name) => [name, fields[name]]))
