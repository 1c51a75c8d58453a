import { createHash } from 'node:crypto'
import type { Scalar } from '../event/column.ts'
import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { and, equals, exists, type FieldOf, not, or, type Query } from '../query/tree.ts'

/** Field → value; null: the records that have none. */
export type Group = Readonly<Record<string, Scalar | null>>

/** Stable name of a group: its values where they are short words, else a hash of them. '' without groups. */
export const groupKey = (group: Group): string => {
  const values = Object.values(group)
  if (values.every((value) => value !== null && /^[\w.:-]{1,60}$/.test(String(value)))) return values.join('/')
  return createHash('sha256').update(JSON.stringify(group)).digest('hex').slice(0, 16)
}

/** `url.path /orders, source.ip 192.0.2.7`, safe to show; '' without groups. */
export const printGroup = (group: Group): string =>
  Object.entries(group)
    .map(([field, value]) => `${field} ${value === null ? '—' : shorten(printable(String(value)), 120)}`)
    .join(', ')

/** The records of any of these groups. */
export const inGroups = (groups: readonly Group[], fieldOf: FieldOf): Query =>
  or(
    ...groups.map((group) =>
      and(
        ...Object.entries(group).map(([field, value]) =>
          value === null ? not(exists(field, fieldOf)) : equals(field, value, fieldOf),
        ),
      ),
    ),
  )

const quoted = (value: Scalar): string =>
  typeof value === 'string' ? `"${value.replace(/["\\]/g, (char) => `\\${char}`)}"` : String(value)

/** KQL that finds what a verdict counted. */
export const kqlOf = (parts: readonly (string | undefined)[], group: Group): string => {
  const given = parts.filter((part) => part !== undefined && part.trim() !== '')
  const wrapped = given.length + Object.keys(group).length > 1 ? given.map((part) => `(${part})`) : given
  const values = Object.entries(group).map(([field, value]) =>
    value === null ? `not ${field}: *` : `${field}: ${quoted(value)}`,
  )
  return [...wrapped, ...values].join(' and ')
}
