import type { Batch } from '../event/batch.ts'
import { markSite } from '../event/diagnostic.ts'
import type { FieldsOf } from './declare.ts'
import { declared } from './declared.ts'
import { checkText } from './field-name.ts'
import { mapText } from './map-text.ts'
import type { Transform } from './transform.ts'

/** No capital letter of ASCII and nothing beyond it. */
const isLower = (memory: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (memory[i]! >= 0x80 || (memory[i]! >= 0x41 && memory[i]! <= 0x5a)) return false
  return true
}

/** Writes text fields in lower case, by Unicode's rules for no language in particular. */
export const lowercase = <const N extends string>(...names: readonly N[]): Transform<FieldsOf<N>, FieldsOf<N>> => {
  const site = markSite(lowercase)
  return Object.freeze({
    name: 'lowercase',
    needs: names,
    adds: declared(names),
    problems: names.flatMap((name) => checkText('lowercase', name, site)),
    apply(batch: Batch) {
      for (const name of names) {
        const column = batch.columns.get(name)
        if (column !== undefined)
          batch.columns.set(name, mapText(batch, column, { map: (text) => text.toLowerCase(), skips: isLower }))
      }
    },
  })
}
