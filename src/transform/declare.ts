import { type Field, type FieldName, type FieldTable, type FieldType, fields, type Held } from '../event/field.ts'

type HeldIn<F extends Field> = F extends { readonly list: true } ? readonly Held[F['type']][] : Held[F['type']]

/** An event's members for the field names `N`, typed by the field table; names outside it may hold anything. */
export type FieldsOf<N extends string> = {
  readonly [K in N]?: K extends FieldName ? HeldIn<FieldTable[K]> : unknown
}

/** Rows of the field table, as `Transform.adds` wants them. */
export const declare = (...names: readonly FieldName[]): Readonly<Record<string, Field>> =>
  Object.freeze(Object.fromEntries(names.map((name) => [name, fields[name]])))

/** The type a field of this name has where the table knows it, else `otherwise`. */
export const typeOf = (name: string, otherwise: FieldType = 'keyword'): FieldType =>
  Object.hasOwn(fields, name) ? fields[name as FieldName].type : otherwise
