import { dotted } from '../grammar/dotted.ts'

export type Nested = { [name: string]: unknown }

/** Puts a value where its name says; where another value stands in the way of members, the name stays as it is. */
export const putNested = (document: Nested, name: string, value: unknown): void => {
  const path = dotted(name).split('.')
  let into = document
  for (const part of path.slice(0, -1)) {
    const inner = Object.hasOwn(into, part) ? into[part] : undefined
    if (inner !== undefined && (typeof inner !== 'object' || inner === null || Array.isArray(inner))) {
      document[name] = value
      return
    }
    if (inner === undefined)
      Object.defineProperty(into, part, { value: {}, enumerable: true, configurable: true, writable: true })
    into = into[part] as Nested
  }
  Object.defineProperty(into, path.at(-1)!, { value, enumerable: true, configurable: true, writable: true })
}
