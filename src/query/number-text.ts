import type { Whole } from './tree.ts'

/** A decimal number without loss: the whole number at or below it, and whether it is that. */
export interface Real {
  readonly floor: bigint
  readonly whole: boolean
}

export const leastWhole = -(2n ** 63n)
export const mostWhole = 2n ** 63n - 1n

const decimal = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/
/** No long lies beyond ten to this power, so greater exponents need not be computed. */
const beyond = 40

/** Undefined where `text` is no decimal number. */
export const realOf = (text: string): Real | undefined => {
  const match = decimal.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', power = '0'] = match
  const digits = BigInt(whole + fraction)
  if (digits === 0n) return { floor: 0n, whole: true }
  const signed = sign === '-' ? -digits : digits
  const scale = Number(power) - fraction.length
  if (scale >= 0) return { floor: signed * 10n ** BigInt(Math.min(scale, beyond)), whole: true }
  const divisor = 10n ** BigInt(-scale)
  const rest = signed % divisor
  return { floor: signed / divisor - (rest < 0n ? 1n : 0n), whole: rest === 0n }
}

/** May be infinite. Undefined where `text` is no decimal number. */
export const doubleOf = (text: string): number | undefined => (decimal.test(text) ? Number(text) : undefined)

export const wholeOf = (value: bigint): Whole => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}
