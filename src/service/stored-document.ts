import type { StoredDocument } from '../store/store.ts'
import { stringify } from '../store/stringify.ts'

/** A member by its dotted name. */
export const at = (document: StoredDocument, name: string): unknown =>
  name.split('.').reduce<unknown>((value, part) => (value as StoredDocument | undefined)?.[part], document)
export const textAt = (document: StoredDocument, name: string): string => String(at(document, name) ?? '')

/** Members by dotted name. */
export const flat = (value: unknown, prefix = '', into = new Map<string, string>()): Map<string, string> => {
  for (const [name, member] of Object.entries(value as object)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) flat(member, path, into)
    else into.set(path, stringify(member))
  }
  return into
}

export interface Difference {
  readonly field: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** In which fields two documents differ, as JSON texts. */
export const differencesOf = (before: StoredDocument, after: StoredDocument): readonly Difference[] => {
  const [old, fresh] = [flat(before), flat(after)]
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((field) => old.get(field) !== fresh.get(field))
    .map((field) => ({ field, before: old.get(field), after: fresh.get(field) }))
}
