import type { Batch } from '../event/batch.ts'
import { absent, type Column } from '../event/column.ts'
import { markSite } from '../event/diagnostic.ts'
import { type Field, fieldOf } from '../event/field.ts'
import { codedOf } from './coded.ts'
import { converted, convertedFrom } from './convert.ts'
import { type FieldsOf, typeOf } from './declare.ts'
import { checkName } from './field-name.ts'
import type { Transform } from './transform.ts'

const targetOf = (from: string, to: string): Field =>
  fieldOf(to) ?? { ...fieldOf(from), type: typeOf(from), about: `Renamed from ${from} by a pipeline.` }

/** Both fields' values in one column: `over`'s where it has one. undefined: one of them holds no single values. */
const merged = (batch: Batch, name: string, over: Column, under: Column): Column | undefined => {
  const one = codedOf(batch, over)
  const other = codedOf(batch, under)
  if (one === undefined || other === undefined) return undefined
  for (let i = 0; i < batch.count; i++)
    if (one.codes[i] === absent && other.codes[i] !== absent) one.codes[i] = other.codes[i]! + one.texts.length
  return convertedFrom(batch, name, { codes: one.codes, texts: [...one.texts, ...other.texts] }, typeOf(name), 'dead')
}

/**
 * Moves values to fields of other names, which win over values there: `rename({ 'app.user': 'user.id' })`. They are
 * converted where the field table asks for another type; one that cannot be makes the event a dead letter.
 */
export const rename = <const T extends Readonly<Record<string, string>>>(
  names: T,
): Transform<FieldsOf<Extract<keyof T, string>>, FieldsOf<T[keyof T]>> => {
  const site = markSite(rename)
  const pairs = Object.entries(names)
  return Object.freeze({
    name: 'rename',
    needs: Object.keys(names),
    adds: Object.fromEntries(pairs.map(([from, to]) => [to, targetOf(from, to)])),
    removes: Object.keys(names),
    problems: pairs.flatMap(([, to]) => checkName('rename', to, site)),
    apply(batch: Batch) {
      for (const [from, to] of pairs) {
        const column = batch.columns.get(from)
        if (column === undefined) continue
        const { type } = targetOf(from, to)
        const moved = converted(batch, to, column, type, 'dead')
        if (moved === undefined) continue
        const before = batch.columns.get(to)
        batch.columns.delete(from)
        batch.columns.set(to, before === undefined ? moved : (merged(batch, to, moved, before) ?? moved))
      }
    },
  })
}
