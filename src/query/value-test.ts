import type { Scalar } from '../event/column.ts'
import { ipOf } from '../event/ip.ts'
import { compareBytes, findBytes, fitsParts, isWithin } from './byte-search.ts'
import { dateSpan } from './date-span.ts'
import { hexIpBytes } from './hex-ip-text.ts'
import { ignoreAbove, ignoreMemberAbove } from './leaf.ts'
import { realOf } from './number-text.ts'
import { tokensBound, writeTokens } from './tokens.ts'
import type { Leaf, Range } from './tree.ts'

/** One leaf over one present value, by what holds it. Those a leaf's type has no use for answer by `scalar`. */
export interface ValueTest {
  /** UTF-8 text `[start, end)`, unescaped. */
  text(bytes: Uint8Array, start: number, end: number): boolean
  /** `digits`: the number as read, asked for only beyond 2^53. */
  number(value: number, digits: () => string | undefined): boolean
  /** Whole milliseconds since 1970. */
  time(ms: number): boolean
  /** 16 bytes at `at`. */
  ip(values: Uint8Array, at: number): boolean
  boolean(value: boolean): boolean
  scalar(value: Scalar): boolean
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const utc = { now: 0, timezone: 'UTC' } as const

export const createValueTest = (leaf: Leaf): ValueTest => {
  switch (leaf.type) {
    case 'keyword':
    case 'flattened':
    case 'text':
      return textual(leaf.type === 'text' ? tokenTest(leaf) : bytesTest(leaf))
    case 'long':
      return numeric(leaf.kind === 'range' && leaf.type === 'long' ? longTest(leaf) : () => true)
    case 'double':
      return numeric(leaf.kind === 'range' && leaf.type === 'double' ? doubleTest(leaf) : () => true)
    case 'date': {
      const { from = -Infinity, to = Infinity } = leaf.kind === 'range' && leaf.type === 'date' ? leaf : {}
      const time = (ms: number) => ms >= from && ms <= to
      return byScalar({
        time,
        number: time,
        scalar: (value) => {
          const ms = typeof value === 'string' ? dateSpan(value, utc)?.from : Number(value)
          return ms !== undefined && time(ms)
        },
      })
    }
    case 'ip': {
      const range: { from?: string; to?: string } = leaf.kind === 'range' && leaf.type === 'ip' ? leaf : {}
      const from = range.from === undefined ? undefined : hexIpBytes(range.from)
      const to = range.to === undefined ? undefined : hexIpBytes(range.to)
      const ip = (values: Uint8Array, at: number) =>
        (from === undefined || compareBytes(values, at, at + 16, from) >= 0) &&
        (to === undefined || compareBytes(values, at, at + 16, to) <= 0)
      return byScalar({
        ip,
        scalar: (value) => {
          const address = ipOf(String(value))
          return address !== undefined && ip(address, 0)
        },
      })
    }
    case 'boolean': {
      const wanted = leaf.kind === 'equals' ? leaf.value : undefined
      const boolean = (value: boolean) => wanted === undefined || value === wanted
      return byScalar({ boolean, scalar: (value) => boolean(String(value) === 'true') })
    }
  }
}

const byScalar = (own: Partial<ValueTest> & Pick<ValueTest, 'scalar'>): ValueTest => ({
  text: (bytes, start, end) => own.scalar(decoder.decode(bytes.slice(start, end))),
  number: (value) => own.scalar(value),
  time: (ms) => own.scalar(ms),
  ip: () => false,
  boolean: (value) => own.scalar(value),
  ...own,
})

const textual = (text: ValueTest['text']): ValueTest => {
  const scalar = (value: Scalar) => {
    const bytes = encoder.encode(String(value))
    return text(bytes, 0, bytes.length)
  }
  return byScalar({ text, scalar, number: (value, digits) => scalar(digits() ?? value) })
}

const bytesTest = (leaf: Leaf): ValueTest['text'] => {
  const most = leaf.type === 'flattened' ? ignoreMemberAbove : ignoreAbove
  switch (leaf.kind) {
    case 'equals': {
      const wanted = encoder.encode(String(leaf.value))
      return (bytes, start, end) => end - start === wanted.length && compareBytes(bytes, start, end, wanted) === 0
    }
    case 'wildcard': {
      const parts = leaf.parts.map((part) => encoder.encode(part))
      return (bytes, start, end) => fitsParts(bytes, start, end, parts) && isWithin(bytes, start, end, most)
    }
    case 'range': {
      if (leaf.type !== 'keyword') return () => false
      const from = leaf.from === undefined ? undefined : encoder.encode(leaf.from)
      const to = leaf.to === undefined ? undefined : encoder.encode(leaf.to)
      const least = leaf.above ? 1 : 0
      const greatest = leaf.below ? -1 : 0
      return (bytes, start, end) =>
        (from === undefined || compareBytes(bytes, start, end, from) >= least) &&
        (to === undefined || compareBytes(bytes, start, end, to) <= greatest) &&
        isWithin(bytes, start, end, most)
    }
    default:
      return (bytes, start, end) => isWithin(bytes, start, end, most)
  }
}

/** Tokens of the text at hand; grows with the longest. Nothing here is kept between two tests. */
let tokens = new Uint8Array(4096)
const tokenize = (bytes: Uint8Array, start: number, end: number): number => {
  const need = tokensBound(end - start)
  if (tokens.length < need) tokens = new Uint8Array(need * 2)
  return writeTokens(bytes, start, end, tokens, 0)
}

const tokenTest = (leaf: Leaf): ValueTest['text'] => {
  switch (leaf.kind) {
    case 'words':
    case 'phrase': {
      const texts = leaf.kind === 'phrase' ? [leaf.tokens.join(' ')] : leaf.tokens
      const needles = texts.map((text) => encoder.encode(` ${text} `))
      return (bytes, start, end) => {
        const stop = tokenize(bytes, start, end)
        for (let i = 0; i < needles.length; i++) if (findBytes(tokens, 0, stop, needles[i]!) >= 0) return true
        return false
      }
    }
    case 'wildcard': {
      if (leaf.parts.some((part) => part.includes(' '))) return () => false
      const parts = leaf.parts.map((part) => encoder.encode(part))
      return (bytes, start, end) => {
        const stop = tokenize(bytes, start, end)
        let from = 1
        for (let i = 1; i < stop; i++)
          if (tokens[i] === 0x20) {
            if (fitsParts(tokens, from, i, parts)) return true
            from = i + 1
          }
        return false
      }
    }
    default:
      return () => true
  }
}

const numeric = (number: ValueTest['number']): ValueTest =>
  byScalar({
    number,
    scalar: (value) => number(typeof value === 'boolean' ? Number.NaN : Number(value), () => String(value)),
  })

const longTest = (leaf: Range & { type: 'long' }): ValueTest['number'] => {
  const from = leaf.from === undefined ? undefined : BigInt(leaf.from)
  const to = leaf.to === undefined ? undefined : BigInt(leaf.to)
  const least = from === undefined ? -Infinity : Number(from)
  const greatest = to === undefined ? Infinity : Number(to)
  return (value, digits) => {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value >= least && value <= greatest
    if (!Number.isFinite(value)) return false
    const written = digits()
    const exact = (written === undefined ? undefined : realOf(written)?.floor) ?? BigInt(value)
    return (from === undefined || exact >= from) && (to === undefined || exact <= to)
  }
}

const doubleTest = (leaf: Range & { type: 'double' }): ValueTest['number'] => {
  const { from = -Infinity, to = Infinity } = leaf
  return (value) =>
    (leaf.above === true ? value > from : value >= from) && (leaf.below === true ? value < to : value <= to)
}
