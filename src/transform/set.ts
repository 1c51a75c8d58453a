import type { Batch } from '../event/batch.ts'
import { absent, type Column } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { type Field, type FieldType, fieldOf } from '../event/field.ts'
import { codedOf, columnFrom } from './coded.ts'
import type { FieldsOf } from './declare.ts'
import { textDictionary } from './dictionary.ts'
import { checkName } from './field-name.ts'
import { expectedOf, isNative, scalarOf } from './scalar.ts'
import type { Transform } from './transform.ts'

type Value = string | number | boolean | readonly string[]

export interface SetOptions {
  /** Only where an event has no value of its own. */
  readonly keep?: boolean
}

const guessed = (value: Value): FieldType => {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'double'
  return 'keyword'
}

const fieldFor = (name: string, value: Value): Field =>
  fieldOf(name) ?? {
    type: guessed(value),
    about: 'Set by a pipeline.',
    ...(Array.isArray(value) ? { list: true as const } : {}),
  }

/** Each row the same elements. */
const listColumn = (batch: Batch, values: readonly string[]): Column => {
  const first = batch.scratch.u32(batch.count + 1)
  const codes = batch.scratch.u32(batch.count * values.length)
  for (let i = 0; i <= batch.count; i++) first[i] = i * values.length
  for (let i = 0; i < codes.length; i++) codes[i] = i % values.length
  return { kind: 'list', first, values: textDictionary(batch, codes, values) }
}

const sameColumn = (batch: Batch, value: string | number | boolean, type: FieldType): Column => {
  if (type !== 'ip' && type !== 'date') return { kind: 'constant', value }
  const codes = batch.scratch.u32(batch.count).fill(0)
  return columnFrom(batch, { codes, texts: [String(value)] }, type).column
}

/** The batch's column with `value` in the rows that have none. undefined: it holds no single values. */
const filled = (
  batch: Batch,
  column: Column,
  value: string | number | boolean,
  type: FieldType,
): Column | undefined => {
  const coded = codedOf(batch, column)
  if (coded === undefined) return undefined
  const own = coded.texts.length
  for (let i = 0; i < batch.count; i++) if (coded.codes[i] === absent) coded.codes[i] = own
  return columnFrom(batch, { codes: coded.codes, texts: [...coded.texts, String(value)] }, type).column
}

/**
 * Gives every event the same values, over any they have: `set({ 'service.name': 'shop', 'labels.rack': 7 })`. This is
 * how a source gets its static fields. With `keep` events keep values of their own.
 */
export const set = <const T extends Readonly<Record<string, Value>>>(
  values: T,
  { keep = false }: SetOptions = {},
): Transform<never, FieldsOf<Extract<keyof T, string>>> => {
  const site = markSite(set)
  const problems: Diagnostic[] = []
  for (const [name, value] of Object.entries(values)) {
    problems.push(...checkName('set', name, site))
    const { type, list } = fieldFor(name, value)
    if (Array.isArray(value) && list !== true)
      problems.push(diagnose(site, `set: '${name}' holds one value, not a list`, 'Give one value'))
    const fits = (Array.isArray(value) ? value : [value]).every(
      (one) => isNative(one, type) && scalarOf(String(one), type) !== undefined,
    )
    if (!fits)
      problems.push(
        diagnose(site, `set: ${JSON.stringify(value)} is no value for '${name}'`, `Give ${expectedOf[type]}`),
      )
  }
  return Object.freeze({
    name: 'set',
    needs: [],
    adds: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fieldFor(name, value)])),
    problems,
    apply(batch: Batch) {
      for (const [name, value] of Object.entries(values)) {
        const { type, list } = fieldFor(name, value)
        const before = batch.columns.get(name)
        if (typeof value === 'object' || list === true) {
          if (before === undefined || !keep)
            batch.columns.set(name, listColumn(batch, typeof value === 'object' ? value : [String(value)]))
          continue
        }
        const kept = keep && before !== undefined ? filled(batch, before, value, type) : undefined
        batch.columns.set(name, kept ?? sameColumn(batch, value, type))
      }
    },
  })
}
