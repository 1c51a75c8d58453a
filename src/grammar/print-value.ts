import { absent, type Column, type MembersColumn, type TimeColumn } from '../event/column.ts'
import { printIp } from '../event/ip.ts'
import type { TakeOp, Value } from './form.ts'
import { type LayoutToken, layoutItems } from './layout.ts'
import { monthNames } from './time-parts.ts'
import type { Zone } from './zone.ts'

export interface Cell {
  readonly row: number
  readonly node: Buffer
  readonly zone: Zone
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Fraction digits as read. */
const fractionOf = (column: TimeColumn, row: number): string => {
  const ms = ((column.ms[row]! % 1000) + 1000) % 1000
  return (pad(ms, 3) + pad(column.ns[row]!, 6)).slice(0, column.digits[row])
}

const printTime = (layout: string, column: TimeColumn, { row, zone }: Cell): string => {
  const ms = column.ms[row]!
  const fraction = fractionOf(column, row)
  const epoch = { epoch_s: 0, epoch_ms: 3, epoch_us: 6, epoch_ns: 9 }[layout]
  if (epoch !== undefined) {
    const digits = `${Math.floor(ms / 1000)}${fraction.slice(0, epoch).padEnd(epoch, '0')}`
    return fraction.length > epoch ? `${digits}.${fraction.slice(epoch)}` : digits
  }
  const offset = zone.offset(ms)
  const at = new Date(ms + offset)
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate())
  const half = at.getUTCHours() % 12 || 12
  const minutes = Math.abs(offset) / 60_000
  const sign = offset < 0 ? '-' : '+'
  const of: Record<LayoutToken, () => string> = {
    yyyy: () => pad(at.getUTCFullYear(), 4),
    yy: () => pad(at.getUTCFullYear() % 100, 2),
    MMMM: () => monthNames[at.getUTCMonth()]!,
    MMM: () => monthNames[at.getUTCMonth()]!.slice(0, 3),
    MM: () => pad(at.getUTCMonth() + 1, 2),
    M: () => String(at.getUTCMonth() + 1),
    DDD: () => pad((midnight - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000 + 1, 3),
    dd: () => pad(at.getUTCDate(), 2),
    d: () => String(at.getUTCDate()).padStart(2, ' '),
    EEEE: () => dayNames[at.getUTCDay()]!,
    EEE: () => dayNames[at.getUTCDay()]!.slice(0, 3),
    HH: () => pad(at.getUTCHours(), 2),
    H: () => String(at.getUTCHours()).padStart(2, ' '),
    hh: () => pad(half, 2),
    h: () => String(half),
    a: () => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    mm: () => pad(at.getUTCMinutes(), 2),
    ss: () => pad(at.getUTCSeconds(), 2),
    f: () => (fraction === '' ? '' : `.${fraction}`),
    SSS: () => fraction,
    Z: () => `${sign}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`,
    ZZ: () => `${sign}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`,
    // Not kept: such a layout is not printed.
    z: () => '',
  }
  return layoutItems(layout)
    .map((item) => ('token' in item ? of[item.token]() : item.literal))
    .join('')
}

const printDuration = (value: number, power: number, digits: number): string | undefined => {
  if (!Number.isSafeInteger(value)) return undefined
  const text = pad(Math.abs(value), power + 1)
  const decimals = text
    .slice(text.length - power)
    .replace(/0+$/, '')
    .padEnd(Math.min(digits, power), '0')
  const whole = text.slice(0, text.length - power)
  return `${value < 0 ? '-' : ''}${whole}${power === 0 || decimals === '' ? '' : `.${decimals}`}`
}

const printStructuredData = ({ first, key, value }: MembersColumn, { row, node }: Cell): string => {
  let text = ''
  for (let i = first[row]!; i < first[row + 1]!; i++) {
    const params = JSON.parse(node.toString('utf8', value.start[i], value.end[i])) as Record<string, string | string[]>
    const written = Object.entries(params).flatMap(([name, given]) =>
      [given].flat().map((one) => ` ${name}="${one.replace(/["\\\]]/g, '\\$&')}"`),
    )
    text += `[${node.toString('utf8', key.start[i], key.end[i])}${written.join('')}]`
  }
  return text
}

/** The value of a row as its capture reads it; undefined: it was written in a way that is not kept. */
export const printValue = (value: Value, column: Column, cell: Cell): string | undefined => {
  const { row, node } = cell
  switch (column.kind) {
    case 'text':
    case 'json':
      return node.toString('utf8', column.start[row]!, column.end[row]!)
    case 'number':
      if (value.as === 'duration') return printDuration(column.values[row]!, value.power, value.digits)
      // Digits that are not as JSON has them were not kept.
      if (column.text === undefined || column.text.start[row] === absent) return undefined
      return node.toString('latin1', column.text.start[row]!, column.text.end[row]!)
    case 'time':
      return value.as === 'time' ? printTime(value.layouts[0]!, column, cell) : undefined
    case 'ip':
      return printIp(column.values, row * 16)
    case 'boolean':
      return value.as === 'boolean' ? (column.values[row] === 1 ? value.true : value.false) : undefined
    case 'list': {
      if (value.as !== 'list') return undefined
      const parts: string[] = []
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++) {
        const part = printValue(value.of, column.values, { ...cell, row: i })
        if (part === undefined) return undefined
        parts.push(part)
      }
      return parts.join(value.separators[0])
    }
    case 'constant':
      return String(column.value)
    case 'dictionary':
      return printValue(value, column.values, { ...cell, row: column.codes[row]! })
    case 'members':
      return value.as === 'structured_data' ? printStructuredData(column, cell) : undefined
  }
}

/** `hex` as nginx does it: `"`, `\`, control characters and everything beyond ASCII. `json` as JSON has to. */
export const printEscaped = (how: NonNullable<TakeOp['escape']>, text: string): string => {
  if (how !== 'hex') return JSON.stringify(text).slice(1, -1)
  let out = ''
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
    out += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
