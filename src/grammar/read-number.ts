import { absent } from '../event/column.ts'
import { fail, type Machine } from './machine.ts'
import { putNumber } from './slot.ts'
import { type Step, sameBytes } from './step.ts'

const largest = new TextEncoder().encode('9223372036854775807')
const smallest = new TextEncoder().encode('9223372036854775808')

/** Whether 19 digits are at most those of `bound`. */
const within = (bytes: Uint8Array, at: number, bound: Uint8Array): boolean => {
  for (let i = 0; i < bound.length; i++) {
    const d = bytes[at + i]! - bound[i]!
    if (d !== 0) return d < 0
  }
  return true
}

export const readLong = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const negative = from < limit && bytes[from] === 45
  const first = negative ? from + 1 : from
  let at = first
  let value = 0
  for (; at < limit; at++) {
    const d = bytes[at]! - 48
    if (d < 0 || d > 9) break
    value = value * 10 + d
  }
  const count = at - first
  if (count === 0) return fail(m, first >= m.end ? 'unexpected_end' : 'bad_value', first, s.expected, s.field)
  const plain = count === 1 || bytes[first] !== 48
  if (count >= 19) {
    // Zeros in front do not make a number large.
    let zeros = 0
    while (zeros < count - 1 && bytes[first + zeros] === 48) zeros++
    const figures = count - zeros
    if (figures > 19 || (figures === 19 && !within(bytes, first + zeros, negative ? smallest : largest))) {
      return fail(m, 'number_out_of_range', from, 'a whole number of 64 bits', s.field)
    }
  }
  // JSON knows no minus zero as a whole number that stores keep.
  putNumber(
    m,
    s.slot,
    negative && value !== 0 ? -value : value,
    plain && !(negative && value === 0) ? from : absent,
    at,
  )
  m.at = at
  return true
}

const powers = Array.from({ length: 23 }, (_, i) => 10 ** i)

/** Steps over decimal digits. */
const digitsEnd = (bytes: Uint8Array, from: number, limit: number): number => {
  let at = from
  while (at < limit && bytes[at]! >= 48 && bytes[at]! <= 57) at++
  return at
}

export const readDouble = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const negative = from < limit && bytes[from] === 45
  const first = negative ? from + 1 : from
  let at = first
  let mantissa = 0
  for (; at < limit; at++) {
    const d = bytes[at]! - 48
    if (d < 0 || d > 9) break
    mantissa = mantissa * 10 + d
  }
  if (at === first) return fail(m, first >= m.end ? 'unexpected_end' : 'bad_value', first, s.expected, s.field)
  let figures = at - first
  const plain = figures === 1 || bytes[first] !== 48
  let decimals = 0
  if (at + 1 < limit && bytes[at] === 46 && bytes[at + 1]! >= 48 && bytes[at + 1]! <= 57) {
    at++
    const point = at
    for (; at < limit; at++) {
      const d = bytes[at]! - 48
      if (d < 0 || d > 9) break
      mantissa = mantissa * 10 + d
    }
    decimals = at - point
    figures += decimals
  }
  let exponent = false
  if (at < limit && (bytes[at]! | 32) === 101) {
    const sign = at + 1 < limit && (bytes[at + 1] === 43 || bytes[at + 1] === 45) ? at + 2 : at + 1
    const end = digitsEnd(bytes, sign, limit)
    if (end > sign) {
      exponent = true
      at = end
    }
  }
  // Both sides exact, so the division rounds once; else the engine's own reading.
  let value: number
  if (!exponent && figures <= 15 && decimals <= 22) value = (negative ? -mantissa : mantissa) / powers[decimals]!
  else value = Number(m.node.toString('latin1', from, at))
  if (!Number.isFinite(value)) return fail(m, 'number_out_of_range', from, 'a number that a double holds', s.field)
  putNumber(m, s.slot, value, plain ? from : absent, at)
  m.at = at
  return true
}

const longest = 2n ** 63n

/** A decimal to whole nanoseconds: digits are shifted, never multiplied as fractions. `s.number` is the power of ten. */
export const readDuration = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const negative = from < limit && bytes[from] === 45
  const first = negative ? from + 1 : from
  const wholeEnd = digitsEnd(bytes, first, limit)
  if (wholeEnd === first) return fail(m, first >= m.end ? 'unexpected_end' : 'bad_value', first, s.expected, s.field)
  let at = wholeEnd
  let fractionEnd = wholeEnd
  if (at + 1 < limit && bytes[at] === 46 && bytes[at + 1]! >= 48 && bytes[at + 1]! <= 57)
    at = fractionEnd = digitsEnd(bytes, at + 1, limit)
  const used = Math.min(s.number, Math.max(0, fractionEnd - wholeEnd - 1))
  let value = 0
  for (let i = first; i < wholeEnd; i++) value = value * 10 + bytes[i]! - 48
  for (let i = 0; i < used; i++) value = value * 10 + bytes[wholeEnd + 1 + i]! - 48
  value *= powers[s.number - used]!
  m.at = at
  if (value <= Number.MAX_SAFE_INTEGER) {
    putNumber(m, s.slot, negative && value !== 0 ? -value : value, absent, absent)
    return true
  }
  if (wholeEnd - first > 30) return fail(m, 'number_out_of_range', from, 'nanoseconds of 64 bits', s.field)
  // At a record's start nothing is kept.
  if (s.slot < 0) return true
  const digits =
    m.node.toString('latin1', first, wholeEnd) + m.node.toString('latin1', wholeEnd + 1, wholeEnd + 1 + used)
  const exact = BigInt(digits) * 10n ** BigInt(s.number - used)
  if (exact > longest - (negative ? 0n : 1n))
    return fail(m, 'number_out_of_range', from, 'nanoseconds of 64 bits', s.field)
  const { start, end } = m.scratch.write(`${negative ? '-' : ''}${exact}`)
  putNumber(m, s.slot, Number(exact) * (negative ? -1 : 1), start, end)
  return true
}

/** The longest of the words that stands at `m.at`: its index; -1 for none. */
export const wordAt = (m: Machine, s: Step): number => {
  const { bytes, at, limit } = m
  const { words, wordsFrom } = s
  const some = wordsFrom[at < limit ? bytes[at]! : 0]!
  for (let i = 0; i < some.length; i++) if (sameBytes(bytes, at, limit, words[some[i]!]!)) return some[i]!
  return -1
}
