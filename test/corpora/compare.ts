import { isDeepStrictEqual } from 'node:util'
import ipaddr from 'ipaddr.js'

type Nested = Readonly<Record<string, unknown>>

const isNested = (value: unknown): value is Nested =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Leaves by dotted name; what stands for nothing (`-`, null, no text, an empty list) is left out. */
export const flatten = (document: Nested, prefix = ''): Map<string, unknown> => {
  const leaves = new Map<string, unknown>()
  for (const [name, value] of Object.entries(document)) {
    if (isNested(value)) for (const [inner, leaf] of flatten(value, `${prefix}${name}.`)) leaves.set(inner, leaf)
    else if (!isNothing(value)) leaves.set(`${prefix}${name}`, value)
  }
  return leaves
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '-' || value === '' || (Array.isArray(value) && value.length === 0)

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

/** A value as it is compared: times are instants of a millisecond, addresses addresses, lists sets, digits numbers. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.length === 1 ? plain(value[0]) : value.map(plain).map(String).sort()
  if (typeof value !== 'string') return value
  if (instant.test(value)) return Date.parse(value)
  if (/^(0|[1-9]\d{0,14})$/.test(value)) return Number(value)
  return ipaddr.isValid(value) && /[.:].*[.:]/.test(value) ? ipaddr.parse(value).toNormalizedString() : value
}

export const isSame = (expected: unknown, found: unknown): boolean => isDeepStrictEqual(plain(expected), plain(found))

export interface FieldDifference {
  readonly field: string
  readonly expected: unknown
  readonly found: unknown
}

/** Of the values expected, those that were not found. */
export const differences = (
  expected: ReadonlyMap<string, unknown>,
  found: ReadonlyMap<string, unknown>,
): readonly FieldDifference[] =>
  [...expected].flatMap(([field, value]) => {
    const other = found.get(field)
    return isSame(value, other) ? [] : [{ field, expected: value, found: other ?? null }]
  })
