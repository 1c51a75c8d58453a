import { type Field, fieldOf } from '../event/field.ts'

/** `Transform.adds` of a step that changes fields in place: their types stay what they were where the table knows them. */
export const declared = (names: readonly string[]): Readonly<Record<string, Field>> =>
  Object.fromEntries(
    names.flatMap((name): [string, Field][] => {
      const field = fieldOf(name)
      return field === undefined ? [] : [[name, field]]
    }),
  )
