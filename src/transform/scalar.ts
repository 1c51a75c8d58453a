import type { FieldType } from '../event/field.ts'
import { parseIp } from '../event/ip.ts'

/** A value of a type, as columns hold it. `digits` keeps a whole number beyond 2^53 exact. */
export type Scalar =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number; readonly digits?: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'time'; readonly ms: number; readonly ns: number; readonly digits: number }

/** What a text must be to be read as a type: for failures and diagnostics. */
export const expectedOf: Readonly<Record<FieldType, string>> = {
  keyword: 'a text',
  text: 'a text',
  long: 'a whole number',
  double: 'a number',
  boolean: 'true or false',
  date: 'an ISO 8601 time, or seconds or milliseconds since 1970',
  ip: 'an IP address',
  flattened: 'an object',
}

const largest = 2n ** 63n

/** Reads a text as a value of the type; undefined where it is none. Space around it does not matter. */
export const scalarOf = (text: string, type: FieldType): Scalar | undefined => {
  const word = text.trim()
  switch (type) {
    case 'keyword':
    case 'text':
      return { kind: 'text', text }
    case 'long':
      return longOf(word)
    case 'double': {
      const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word) ? Number(word) : Number.NaN
      return Number.isFinite(value) ? { kind: 'number', value } : undefined
    }
    case 'boolean':
      if (/^(?:true|yes|on|1)$/i.test(word)) return { kind: 'boolean', value: true }
      return /^(?:false|no|off|0)$/i.test(word) ? { kind: 'boolean', value: false } : undefined
    case 'ip': {
      const bytes = Buffer.from(word)
      const out = new Uint8Array(16)
      return parseIp(bytes, 0, bytes.length, out, 0) ? { kind: 'ip', bytes: out } : undefined
    }
    case 'date':
      return timeOf(word)
    case 'flattened':
      return undefined
  }
}

const longOf = (word: string): Scalar | undefined => {
  if (!/^[+-]?\d{1,19}(?:\.0*)?$/.test(word)) return undefined
  const digits = word.replace(/^\+|\.0*$/g, '')
  const value = Number(digits)
  if (Number.isSafeInteger(value)) return { kind: 'number', value: value === 0 ? 0 : value }
  const exact = BigInt(digits)
  return exact >= -largest && exact < largest ? { kind: 'number', value, digits: String(exact) } : undefined
}

const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9})\d*)?\s?(Z|[+-]\d{2}:?\d{2})?$/
/** Below this, ten digits and fewer, a bare number counts seconds; it would be in March 1973 as milliseconds. */
const asSeconds = 1e11

const timeOf = (word: string): Scalar | undefined => {
  if (/^\d{1,16}(?:\.\d{1,9})?$/.test(word)) {
    const value = Number(word)
    const ms = Math.floor(value < asSeconds ? value * 1000 : value)
    return ms <= 8.64e15 ? { kind: 'time', ms, ns: 0, digits: 3 } : undefined
  }
  const match = iso.exec(word)
  if (match === null) return undefined
  const [, day, clock, fraction = '', zone = 'Z'] = match
  const seconds = Date.parse(`${day}T${clock}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`)
  // Date.parse rolls the 31st of February over instead of refusing it.
  const rolled = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(seconds) || Number.isNaN(rolled.getTime()) || rolled.toISOString().slice(0, 10) !== day)
    return undefined
  const nine = fraction.padEnd(9, '0')
  return { kind: 'time', ms: seconds + Number(nine.slice(0, 3)), ns: Number(nine.slice(3)), digits: fraction.length }
}

/** Whether TypeScript's value is of the field's type, so that `'7'` does not end up as a number's constant. */
export const isNative = (value: string | number | boolean, type: FieldType): boolean => {
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'long' || type === 'double') return typeof value === 'number'
  return typeof value === 'string'
}
