import type { Failure } from '../../event/failure.ts'
import { shorten } from '../../event/shorten.ts'
import { exponentialProblem } from '../exponential.ts'
import { type Capture, expand, lookUp } from './expand.ts'
import { furthest } from './furthest.ts'
import { GrokMistake } from './mistake.ts'
import type { Patterns } from './pattern-file.ts'
import { type Captured, finder } from './program.ts'
import { type EcsCompatibility, stockPatterns } from './stock.ts'
import { translate } from './translate.ts'

/**
 * Grok, as Logstash's filter reads it: an expression in Oniguruma's language, with `%{NAME}` for another one by name and
 * `%{NAME:field}` for what becomes a field; `(?<field>…)` does that too, and `:int` and `:float` make a number of it.
 * Only what has a name is captured, what is empty is left out, and a name that captured several times has a list. The
 * expression may fit anywhere in the text.
 */
export interface GrokOptions {
  /** Own patterns, before the stock ones of the same name. */
  readonly patterns?: Patterns
  /** Which stock patterns: with the names of old, or with ECS's (`v1` and `v8` alike). Default: v8, as Logstash 8. */
  readonly ecs?: EcsCompatibility
}

type GrokScalar = string | number | bigint
export type GrokValue = GrokScalar | readonly GrokScalar[]

/** A pattern, ready to run. It may take long for a hostile text: who reads such runs it within a time (`within-time.ts`). */
export interface CompiledGrok {
  /** What may be captured; one field perhaps by several. */
  readonly captures: readonly Capture[]
  /** The texts of the captures, in their order; undefined: it does not fit. */
  find(text: string): Captured | undefined
  /** Where a capture's text begins in a text that fits. */
  startOf(text: string, capture: number): number
  /** Why a text does not fit: how much of the pattern still does, and where that ends. */
  explain(text: string): Failure
}
export interface Grok extends Pick<CompiledGrok, 'captures' | 'explain'> {
  /** Fields by dotted name; undefined: it does not fit. */
  match(text: string): ReadonlyMap<string, GrokValue> | undefined
}

const integer = /^\s*([+-]?\d+)/
/** As Ruby's `to_i` and `to_f`: what leads, else 0; what no JSON number is stays text. */
const converted = (text: string, as: Capture['as']): GrokScalar => {
  if (as === undefined) return text
  if (as === 'float') {
    const number = Number.parseFloat(text)
    return Number.isNaN(number) ? 0 : Number.isFinite(number) ? number : text
  }
  const digits = integer.exec(text)?.[1] ?? '0'
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

/** Of several values of a name a list. */
const add = (fields: Map<string, GrokValue>, field: string, value: GrokScalar): void => {
  const before = fields.get(field)
  fields.set(field, before === undefined ? value : [before, value].flat())
}

/** One piece of Oniguruma's language as JavaScript's. */
const single = (atom: string): RegExp => {
  const { source, flags } = translate(atom, true)
  return new RegExp(`^(?:${source})$`, flags)
}

/** Compiles a pattern. Throws `GrokMistake`. */
export const compileGrok = (pattern: string, { patterns, ecs = 'v8' }: GrokOptions = {}): CompiledGrok => {
  const known = lookUp([...(patterns === undefined ? [] : [patterns]), stockPatterns(ecs)])
  const { source, captures: all } = expand(pattern, known)
  // As Logstash hands them on: all of a label, then those of the next.
  const labels = [...new Set(all.map(({ label }) => label))]
  const captures = labels.flatMap((label) => all.filter((capture) => capture.label === label))
  const { find, startOf } = finder(
    source,
    captures.map(({ group }) => group),
  )
  const slow = exponentialProblem(source.replace(/\(\?<g\d+>/g, '('), single, false)
  if (slow !== undefined) throw new GrokMistake(`${slow.text}: ${slow.mend}`)
  const reach = furthest(pattern, known)
  return {
    captures,
    find,
    startOf,
    explain: (text) => {
      const { end, expected } = reach(text)
      return {
        stage: 'parse',
        code: end >= text.length ? 'unexpected_end' : 'expected_literal',
        at: Buffer.byteLength(text.slice(0, end)),
        expected,
        found: shorten(text.slice(end), 64),
      }
    },
  }
}

/** Compiles a pattern for fields as Logstash makes them. Throws `GrokMistake`. */
export const grok = (pattern: string, options?: GrokOptions): Grok => {
  const { captures, find, explain } = compileGrok(pattern, options)
  return {
    captures,
    explain,
    match: (text) => {
      const captured = find(text)
      if (captured === undefined) return undefined
      const fields = new Map<string, GrokValue>()
      for (const [i, { field, as }] of captures.entries()) {
        const value = captured[i]
        if (value !== undefined && value !== '') add(fields, field, converted(value, as))
      }
      return fields
    },
  }
}
