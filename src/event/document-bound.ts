import { absent, type Column, type Slices } from './column.ts'

/** Bytes a value of a column without slices takes at the most. */
const widths = { number: 26, time: 32, ip: 48, boolean: 5 } as const

const sliceBound = (slices: Slices, row: number): number =>
  slices.start[row] === absent ? 0 : 6 * (slices.end[row]! - slices.start[row]!) + 2

/** Bytes the value in `row` takes at the most as JSON, its quotes included. */
export const valueBound = (column: Column, row: number): number => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return sliceBound(column, row)
    case 'number':
      return column.text === undefined ? widths.number : Math.max(widths.number, sliceBound(column.text, row))
    case 'time':
    case 'ip':
    case 'boolean':
      return widths[column.kind]
    case 'constant':
      return 0
    case 'dictionary':
      return column.codes[row] === absent ? 0 : valueBound(column.values, column.codes[row]!)
    case 'list': {
      let sum = 2
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++) sum += valueBound(column.values, i) + 3
      return sum
    }
    case 'members': {
      let sum = 2
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++)
        sum += sliceBound(column.key, i) + sliceBound(column.value, i) + 4
      return sum
    }
  }
}

const longest = ({ start, end }: Slices): number => {
  let most = 0
  for (let i = 0; i < start.length; i++)
    if (start[i] !== absent && end[i]! - start[i]! > most) most = end[i]! - start[i]!
  return 6 * most + 2
}

/** Bytes a value of any row takes at the most. */
export const columnBound = (column: Column, rows: number): number => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return longest(column)
    case 'number':
      return column.text === undefined ? widths.number : Math.max(widths.number, longest(column.text))
    case 'time':
    case 'ip':
    case 'boolean':
      return widths[column.kind]
    case 'constant':
      return 0
    default: {
      let most = 0
      for (let row = 0; row < rows; row++) most = Math.max(most, valueBound(column, row))
      return most
    }
  }
}
