import { type Batch, kill } from '../event/batch.ts'
import type { Column } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { type Field, type FieldType, fieldOf } from '../event/field.ts'
import { type Coded, codedOf, columnFrom, isOfType } from './coded.ts'
import type { FieldsOf } from './declare.ts'
import { checkName, checkType } from './field-name.ts'
import { expectedOf } from './scalar.ts'
import type { Transform } from './transform.ts'

/** What becomes of an event whose value is none of the type: the dead letter queue, or it goes without the field. */
export type Otherwise = 'dead' | 'absent'

type Convertible = Exclude<FieldType, 'flattened'>

/** The column as one of the type; rows whose value is none are killed or go without. undefined: cannot be converted. */
export const converted = (
  batch: Batch,
  name: string,
  column: Column,
  type: FieldType,
  otherwise: Otherwise,
): Column | undefined => {
  if (isOfType(column, type)) return column
  const coded = codedOf(batch, column)
  return coded === undefined ? undefined : convertedFrom(batch, name, coded, type, otherwise)
}

export const convertedFrom = (
  batch: Batch,
  name: string,
  coded: Coded,
  type: FieldType,
  otherwise: Otherwise,
): Column => {
  const { column, refused } = columnFrom(batch, coded, type)
  if (refused.size === 0 || otherwise === 'absent') return column
  for (let i = 0; i < batch.count; i++) {
    const code = coded.codes[i]!
    if (!refused.has(code)) continue
    const found = coded.texts[code]!.slice(0, 64)
    kill(batch, i, { stage: 'transform', code: 'bad_value', field: name, expected: expectedOf[type], found })
  }
  return column
}

/**
 * Reads fields as another type: `convert({ 'labels.count': 'long' })`. Fields of the field table keep the type it
 * gives them. A value that is none of the type makes the event a dead letter, or with `absent` is left out.
 */
export const convert = <const T extends Readonly<Record<string, Convertible>>>(
  types: T,
  { otherwise = 'dead' }: { readonly otherwise?: Otherwise } = {},
): Transform<FieldsOf<Extract<keyof T, string>>, FieldsOf<Extract<keyof T, string>>> => {
  const site = markSite(convert)
  const problems: Diagnostic[] = Object.entries(types).flatMap(([name, type]) => {
    if (!Object.hasOwn(expectedOf, type) || (type as FieldType) === 'flattened')
      return [
        diagnose(
          site,
          `convert knows no type called ${type}`,
          'Choose among keyword, text, long, double, boolean, date, ip',
        ),
      ]
    return [...checkName('convert', name, site), ...checkType('convert', name, type, site)]
  })
  const adds = Object.fromEntries(
    Object.entries(types).map(([name, type]): [string, Field] => [
      name,
      fieldOf(name) ?? { type, about: 'Converted by a pipeline.' },
    ]),
  )
  return Object.freeze({
    name: 'convert',
    needs: Object.keys(types),
    adds,
    problems,
    apply(batch: Batch) {
      for (const [name, type] of Object.entries(types)) {
        const column = batch.columns.get(name)
        if (column !== undefined) batch.columns.set(name, converted(batch, name, column, type, otherwise) ?? column)
      }
    },
  })
}
