/**
 * Columns: Arrow's layout, cut down (https://arrow.apache.org/docs/format/Columnar.html). Row `i` of every column of
 * a batch belongs to record `i` of its block. A slice is a pair of addresses in the arena; text is valid UTF-8.
 */

/** `start` of a slice that is not there. */
export const absent = 0xffffffff

export interface Slices {
  readonly start: Uint32Array
  readonly end: Uint32Array
}

/** `text`: unescaped UTF-8. `json`: one well-formed JSON value, copied as it is. `start` `absent` = no value. */
export interface TextColumn extends Slices {
  readonly kind: 'text' | 'json'
}
/** NaN = no value. `text` are the digits as read (a JSON number); writers copy them, so 19-digit ids stay exact. */
export interface NumberColumn {
  readonly kind: 'number'
  readonly values: Float64Array
  readonly text?: Slices
}
/** Whole milliseconds since 1970 (NaN = no value), 0…999,999 ns after them, and how many fraction digits the log had. */
export interface TimeColumn {
  readonly kind: 'time'
  readonly ms: Float64Array
  readonly ns: Uint32Array
  readonly digits: Uint8Array
}
/** 16 bytes a row, IPv4 as v4-mapped; all zero with `present` 0 = no value. Printed by RFC 5952. */
export interface IpColumn {
  readonly kind: 'ip'
  readonly values: Uint8Array
  readonly present: Uint8Array
}
/** 0, 1, 255 = no value. */
export interface BooleanColumn {
  readonly kind: 'boolean'
  readonly values: Uint8Array
}
export type Scalar = string | number | boolean
/** One value for every row: path, host, dataset. */
export interface ConstantColumn {
  readonly kind: 'constant'
  readonly value: Scalar
}
/** Few distinct values. Code `absent` = no value; else a row of `values`. */
export interface DictionaryColumn {
  readonly kind: 'dictionary'
  readonly codes: Uint32Array
  readonly values: Column
}
/** Row i holds elements `first[i]`…`first[i+1]-1` of `values`; none = no value. */
export interface ListColumn {
  readonly kind: 'list'
  readonly first: Uint32Array
  readonly values: Column
}
/** Undeclared JSON members of row i: `first[i]`…`first[i+1]-1`. Keys are unescaped text, values JSON spans. */
export interface MembersColumn {
  readonly kind: 'members'
  readonly first: Uint32Array
  readonly key: Slices
  readonly value: Slices
}
export type Column =
  | TextColumn
  | NumberColumn
  | TimeColumn
  | IpColumn
  | BooleanColumn
  | ConstantColumn
  | DictionaryColumn
  | ListColumn
  | MembersColumn

/** Whether row `i` has a value. */
export const has = (column: Column, i: number): boolean => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return column.start[i] !== absent
    case 'number':
      return !Number.isNaN(column.values[i])
    case 'time':
      return !Number.isNaN(column.ms[i])
    case 'ip':
      return column.present[i] === 1
    case 'boolean':
      return column.values[i] !== 255
    case 'constant':
      return true
    case 'dictionary':
      return column.codes[i] !== absent && has(column.values, column.codes[i]!)
    case 'list':
    case 'members':
      return column.first[i + 1]! > column.first[i]!
  }
}
