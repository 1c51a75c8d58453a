import type { Field } from '../event/field.ts'
import { hexIp, ipOf, parseCidr } from '../event/ip.ts'
import { type Clock, dateSpan } from './date-span.ts'
import { doubleOf, leastWhole, mostWhole, type Real, realOf, wholeOf } from './number-text.ts'
import { lowerToken, tokensOfText } from './tokens.ts'
import type { Leaf, Query, Range } from './tree.ts'

/** A field, and the dotted member of it where it is flattened (`''`: any). */
export interface FieldRef {
  readonly name: string
  readonly field: Field
  readonly path: string
}
/** Why a field cannot be asked that: sentences without their full stops. */
export interface Refusal {
  readonly text: string
  readonly mend: string
}
export type Comparison = 'gt' | 'gte' | 'lt' | 'lte'

/** Elasticsearch's `ignore_above`, in UTF-16 units: longer keywords are in the document but answer to no question. */
export const ignoreAbove = 1024
/** The same for members of flattened fields: as many characters as surely fit Lucene's longest term (32,766 bytes). */
export const ignoreMemberAbove = 8191

/**
 * What both engines surely turn into an automaton: bytes of an end of a range or of a pattern before its first
 * wildcard (Lucene gives up at 1000), and characters of a pattern after it (from some 140 `*xxx…*` is refused).
 */
const longestBound = 900
const longestAfterWildcard = 128
const isBoundable = (text: string): boolean =>
  text.length <= longestBound && encoder.encode(text).length <= longestBound
const encoder = new TextEncoder()

const nothing: Query = Object.freeze({ kind: 'none' })
const frozen = (leaf: Leaf): Query => Object.freeze(leaf)
const refuse = (text: string, mend: string): Refusal => ({ text, mend })
const about = <T extends Field['type']>({ name, field }: FieldRef, type: T) => ({
  field: name,
  type,
  list: field.list === true,
})

const printed = ({ name, path }: FieldRef): string => (path === '' ? name : `${name}.${path}`)

export const existsLeaf = (ref: FieldRef): Query =>
  frozen({ kind: 'exists', ...about(ref, ref.field.type), ...(ref.path === '' ? {} : { path: ref.path }) })

/** Words or phrase of a text field; nothing where the text has no token. */
export const textLeaf = (ref: FieldRef, text: string, kind: 'words' | 'phrase'): Query | Refusal => {
  if (ref.field.type !== 'text') return refuse(`${printed(ref)} is no text`, 'Compare it with a whole value')
  const tokens = tokensOfText(text)
  if (tokens.length === 0) return nothing
  const distinct = kind === 'words' ? [...new Set(tokens)] : tokens
  return frozen({ kind, ...about(ref, 'text'), tokens: Object.freeze(distinct) })
}

/** The field equals what was written in quotes; for a date its span, for a network its addresses, for text a phrase. */
export const valueLeaf = (ref: FieldRef, written: string, clock: Clock): Query | Refusal => {
  const value = written.toWellFormed()
  switch (ref.field.type) {
    case 'keyword':
      return value.length > ignoreAbove ? nothing : frozen({ kind: 'equals', ...about(ref, 'keyword'), value })
    case 'flattened':
      return value.length > ignoreMemberAbove
        ? nothing
        : frozen({ kind: 'equals', ...about(ref, 'flattened'), path: ref.path, value })
    case 'text':
      return textLeaf(ref, value, 'phrase')
    case 'boolean':
      if (value !== 'true' && value !== 'false')
        return refuse(`${ref.name} is a boolean, \`${value}\` is none`, 'Write `true` or `false`')
      return frozen({ kind: 'equals', ...about(ref, 'boolean'), value: value === 'true' })
    case 'long': {
      const real = realOf(value)
      if (real === undefined) return notNumber(ref, value)
      if (!real.whole || real.floor < leastWhole || real.floor > mostWhole) return nothing
      const whole = wholeOf(real.floor)
      return frozen({ kind: 'range', ...about(ref, 'long'), from: whole, to: whole })
    }
    case 'double': {
      const number = doubleOf(value)
      if (number === undefined) return notNumber(ref, value)
      return Number.isFinite(number)
        ? frozen({ kind: 'range', ...about(ref, 'double'), from: number, to: number })
        : nothing
    }
    case 'date': {
      const span = dateSpan(value, clock)
      return span === undefined ? notDate(ref, value) : frozen({ kind: 'range', ...about(ref, 'date'), ...span })
    }
    case 'ip': {
      const span = addressesOf(value)
      return span === undefined ? notAddress(ref, value) : frozen({ kind: 'range', ...about(ref, 'ip'), ...span })
    }
  }
}

export const rangeLeaf = (ref: FieldRef, how: Comparison, written: string, clock: Clock): Query | Refusal => {
  const value = written.toWellFormed()
  const low = how === 'gt' || how === 'gte'
  switch (ref.field.type) {
    case 'keyword': {
      if (!isBoundable(value))
        return refuse(
          `A limit for ${ref.name} is longer than ${longestBound} bytes`,
          'Write the beginning of the value',
        )
      const base = { kind: 'range', ...about(ref, 'keyword'), [low ? 'from' : 'to']: value } as const
      return frozen((how === 'gt' ? { ...base, above: true } : how === 'lt' ? { ...base, below: true } : base) as Range)
    }
    case 'long': {
      const real = realOf(value)
      return real === undefined ? notNumber(ref, value) : wholeRange(ref, how, real)
    }
    case 'double': {
      const number = doubleOf(value)
      if (number === undefined) return notNumber(ref, value)
      if (!Number.isFinite(number)) return number > 0 === low ? nothing : existsLeaf(ref)
      const base = { kind: 'range', ...about(ref, 'double'), [low ? 'from' : 'to']: number } as const
      return frozen((how === 'gt' ? { ...base, above: true } : how === 'lt' ? { ...base, below: true } : base) as Range)
    }
    case 'date': {
      const span = dateSpan(value, clock)
      if (span === undefined) return notDate(ref, value)
      const end =
        how === 'gt'
          ? { from: span.to + 1 }
          : how === 'gte'
            ? { from: span.from }
            : how === 'lt'
              ? { to: span.from - 1 }
              : { to: span.to }
      return frozen({ kind: 'range', ...about(ref, 'date'), ...end })
    }
    case 'ip': {
      const span = addressesOf(value)
      if (span === undefined) return notAddress(ref, value)
      if (how === 'gte' || how === 'lte')
        return frozen({ kind: 'range', ...about(ref, 'ip'), ...(low ? { from: span.from } : { to: span.to }) })
      const next = BigInt(`0x${low ? span.to : span.from}`) + (low ? 1n : -1n)
      if (next < 0n || next >> 128n !== 0n) return nothing
      return frozen({
        kind: 'range',
        ...about(ref, 'ip'),
        [low ? 'from' : 'to']: next.toString(16).padStart(32, '0'),
      } as Range)
    }
    case 'text':
    case 'boolean':
    case 'flattened':
      return refuse(
        `${printed(ref)} is ${ref.field.type === 'boolean' ? 'a boolean' : ref.field.type} and has no order`,
        ref.field.type === 'flattened'
          ? 'Declare the member in the grammar, then it has a type'
          : 'Ask with `:` instead',
      )
  }
}

/** `parts`: literal text between the wildcards, at least two, as typed. */
export const wildcardLeaf = (ref: FieldRef, parts: readonly string[]): Query | Refusal => {
  const least = parts
    .filter((part, i) => i === 0 || i === parts.length - 1 || part !== '')
    .map((part) => part.toWellFormed())
  if (least.every((part) => part === '')) return existsLeaf(ref)
  if (!isBoundable(least[0]!))
    return refuse(`More than ${longestBound} bytes stand before the wildcard`, 'Put the wildcard further to the front')
  if (least.slice(1).join('').length > longestAfterWildcard)
    return refuse(
      `More than ${longestAfterWildcard} characters stand after the first wildcard`,
      'Ask for less of the value',
    )
  switch (ref.field.type) {
    case 'keyword':
      return frozen({ kind: 'wildcard', ...about(ref, 'keyword'), parts: Object.freeze(least) })
    case 'text':
      return frozen({ kind: 'wildcard', ...about(ref, 'text'), parts: Object.freeze(least.map(lowerToken)) })
    case 'flattened':
      if (least.length === 2 && least[1] === '' && ref.path !== '')
        return frozen({ kind: 'wildcard', ...about(ref, 'flattened'), path: ref.path, parts: Object.freeze(least) })
      return refuse(
        `Members of ${ref.name} can only be asked for a whole value or its beginning`,
        'Keep one `*`, at the end, or declare the member in the grammar',
      )
    case 'ip':
      return refuse(`${ref.name} is an address and takes no wildcard`, 'Write a network, as `10.0.0.0/8`')
    default:
      return refuse(
        `${ref.name} is a ${ref.field.type} and takes no wildcard`,
        'Write a range, as `>= 200`, or a whole value',
      )
  }
}

const wholeRange = (ref: FieldRef, how: Comparison, { floor, whole }: Real): Query => {
  const low = how === 'gt' || how === 'gte'
  const end = low ? (how === 'gte' && whole ? floor : floor + 1n) : how === 'lt' && whole ? floor - 1n : floor
  if (low ? end > mostWhole : end < leastWhole) return nothing
  if (low ? end <= leastWhole : end >= mostWhole) return existsLeaf(ref)
  return frozen({ kind: 'range', ...about(ref, 'long'), ...(low ? { from: wholeOf(end) } : { to: wholeOf(end) }) })
}

const addressesOf = (text: string): { from: string; to: string } | undefined => {
  const network = parseCidr(text)
  if (network !== undefined) return { from: hexIp(network.from), to: hexIp(network.to) }
  const address = ipOf(text)
  return address && { from: hexIp(address), to: hexIp(address) }
}

const notNumber = ({ name, field }: FieldRef, value: string): Refusal =>
  refuse(`${name} is a ${field.type}, \`${value}\` is no number`, 'Write a number, as `200`')
const notDate = ({ name }: FieldRef, value: string): Refusal =>
  refuse(`${name} is a date, \`${value}\` is none`, 'Write `2026-11-23`, `"2026-11-23T08:00:00"` or `now-15m`')
const notAddress = ({ name }: FieldRef, value: string): Refusal =>
  refuse(`${name} is an address, \`${value}\` is none`, 'Write an address or a network, as `10.0.0.0/8`')
