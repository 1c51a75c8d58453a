import type { FieldName, FieldTable } from '../event/field.ts'
import type { DeriveOp } from './form.ts'
import type { HeldAs } from './part.ts'

type Rule<D> = D extends unknown ? Omit<D, 'to'> : never
/** How a value follows from others. */
export type Derived = Rule<DeriveOp>

/** The same text in every record. */
export const constant = (text: string): Derived => ({ from: 'constant', text })
/** What another field holds. */
export const copy = (field: string): Derived => ({ from: 'copy', field })
/** A text by the text of another field: `wordsOf('http.request.method', { GET: 'read' })`. */
export const wordsOf = (field: string, map: Readonly<Record<string, string>>, otherwise?: string): Derived => ({
  from: 'words',
  field,
  map,
  ...(otherwise === undefined ? {} : { otherwise }),
})
/** A text by where a number lies: `rangesOf('http.response.status_code', [[400, 'success']], 'failure')`: below 400, else. */
export const rangesOf = (
  field: string,
  ranges: readonly (readonly [below: number, text: string])[],
  otherwise?: string,
): Derived => ({
  from: 'ranges',
  field,
  ranges: ranges.map(([below, text]) => ({ below, text })),
  ...(otherwise === undefined ? {} : { otherwise }),
})

/** A text by how one number compares with another: `comparedWith('shop.stock.deducted', 'shop.stock.ordered', { same: 'success', … })`. */
export const comparedWith = (
  field: string,
  other: string,
  texts: { readonly less?: string; readonly same?: string; readonly more?: string },
): Derived => ({ from: 'comparison', field, with: other, ...texts })

/** How often `by` goes into a whole number: `quotient('log.syslog.priority', 8)`. */
export const quotient = (field: string, by: number): Derived => ({ from: 'division', field, by, take: 'quotient' })
/** What is left then. */
export const remainder = (field: string, by: number): Derived => ({ from: 'division', field, by, take: 'remainder' })

/** What stands behind the last dot of a path: `extensionOf('url.path')`. */
export const extensionOf = (field: string): Derived => ({ from: 'extension', field })
/** The last value of a list; of `address:port` one of the two, where it is that. */
export const lastOf = (field: string, part?: 'ip' | 'port'): Derived => ({
  from: 'last',
  field,
  ...(part === undefined ? {} : { part }),
})
/** The sum of a list of numbers. */
export const sumOf = (field: string): Derived => ({ from: 'sum', field })

/** Fields a `derive` adds: each may be there. */
export type DerivedFields<D> = {
  readonly [N in keyof D & string]: HeldAs<N, N extends FieldName ? FieldTable[N]['type'] : 'keyword'>
}
