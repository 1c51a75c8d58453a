import type { Comparison } from './leaf.ts'
import type { QueryProblem } from './query-error.ts'

/** What was written between operators: `parts` are the texts between its unescaped `*`, escapes resolved. */
export interface KqlLiteral {
  readonly at: number
  readonly length: number
  readonly quoted: boolean
  readonly parts: readonly string[]
}
export type KqlNode =
  | { readonly kind: 'and' | 'or'; readonly of: readonly KqlNode[] }
  | { readonly kind: 'not'; readonly of: KqlNode }
  | { readonly kind: 'value'; readonly field: KqlLiteral | undefined; readonly value: KqlLiteral }
  | { readonly kind: 'range'; readonly field: KqlLiteral; readonly how: Comparison; readonly value: KqlLiteral }
  | { readonly kind: 'nested'; readonly field: KqlLiteral; readonly of: KqlNode }

const deepest = 64
const blank = /\s/
const keyword = /(and|or|not)(?=[\s(]|$)/iy
const comparison = /[<>]=?/y
const special = '\\():<>"*{}'
const letters: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' }
const comparisons: Readonly<Record<string, Comparison>> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' }

class Stop extends Error {
  readonly problem: QueryProblem
  constructor(problem: QueryProblem) {
    super(problem.text)
    this.problem = problem
  }
}

/**
 * Reads KQL as Kibana documents it: `not` binds closer than `and`, `and` closer than `or`; unquoted values hold
 * blanks; `\` escapes `\ ( ) : < > " * { }`, the words `and or not`, and writes `\t \r \n \uXXXX`; in quotes it
 * escapes `"` and `\` and is itself before anything else. Neither node nor problem: nothing was written.
 */
export const readKql = (text: string): { readonly node?: KqlNode; readonly problem?: QueryProblem } => {
  let at = 0
  let depth = 0

  const stop = (from: number, length: number, what: string, mend: string): never => {
    throw new Stop({ at: from, length, text: what, mend })
  }
  const skip = (): void => {
    while (at < text.length && blank.test(text[at]!)) at++
  }
  const keywordAt = (place: number): string | undefined => {
    keyword.lastIndex = place
    return keyword.exec(text)?.[1]?.toLowerCase()
  }
  const takes = (word: string): boolean => {
    skip()
    if (keywordAt(at) !== word) return false
    at += word.length
    return true
  }
  const takesMark = (mark: string): boolean => {
    skip()
    if (text[at] !== mark) return false
    at++
    return true
  }
  const inside = <T>(read: () => T): T => {
    if (++depth > deepest)
      stop(at, 1, `The query is nested deeper than ${deepest}`, 'Take out parentheses that are not needed')
    const result = read()
    depth--
    return result
  }
  const close = (mark: string, opened: number): void => {
    if (!takesMark(mark)) {
      if (at < text.length) unexpected()
      stop(opened, 1, `This \`${text[opened]}\` is never closed`, `Add \`${mark}\``)
    }
  }
  const unexpected = (): never => {
    if (text[at] === ':')
      return stop(at, 1, 'A `:` stands inside a value', 'Put the value in double quotes, or write `\\:`')
    const word = keywordAt(at)
    if (word === 'not')
      return stop(at, 3, '`not` follows a value', 'Write `and not`, or put the words in double quotes')
    return stop(
      at,
      1,
      `\`${text[at]}\` does not belong here`,
      'Join conditions by `and` or `or`, and put values that hold marks in double quotes',
    )
  }

  const escaped = (): string => {
    const from = at++
    const next = text[at]
    const word = keywordAt(at)
    if (word !== undefined) {
      at += word.length
      return text.slice(from + 1, at)
    }
    if (next === 'u') {
      const digits = /[0-9a-f]{4}/iy
      digits.lastIndex = at + 1
      const code =
        digits.exec(text)?.[0] ?? stop(from, 2, '`\\u` takes four hexadecimal digits', 'Write it as `\\u00e9`')
      at += 5
      return String.fromCharCode(Number.parseInt(code, 16))
    }
    if (next !== undefined && (special.includes(next) || next in letters)) {
      at++
      return letters[next] ?? next
    }
    return stop(from, 1, 'This `\\` escapes nothing', 'Write `\\\\` for a backslash')
  }

  const quoted = (): KqlLiteral => {
    const from = at++
    let value = ''
    while (text[at] !== '"') {
      if (at >= text.length) stop(from, 1, 'This quotation is never closed', 'Add `"` at its end')
      const next = text[at + 1]
      const escapes = text[at] === '\\' && next !== undefined
      if (escapes && (next === 'u' ? /^[0-9a-f]{4}$/i.test(text.slice(at + 2, at + 6)) : next in letters))
        value += escaped()
      else if (escapes && (next === '"' || next === '\\')) {
        value += next
        at += 2
      } else value += text[at++]
    }
    at++
    return { at: from, length: at - from, quoted: true, parts: [value.toWellFormed()] }
  }

  const unquoted = (): KqlLiteral => {
    const from = at
    const parts = ['']
    let end = at
    while (at < text.length) {
      const character = text[at]!
      if (character === '\\') parts[parts.length - 1] += escaped()
      else if (character === '*') {
        parts.push('')
        at++
      } else if (blank.test(character)) {
        skip()
        if (
          at >= text.length ||
          (special.includes(text[at]!) && text[at] !== '\\' && text[at] !== '*') ||
          keywordAt(at) !== undefined
        )
          break
        parts[parts.length - 1] += text.slice(end, at)
      } else if (special.includes(character)) break
      else {
        parts[parts.length - 1] += character
        at++
      }
      end = at
    }
    if (end === from) wanting(from)
    return { at: from, length: end - from, quoted: false, parts: parts.map((part) => part.toWellFormed()) }
  }
  const wanting = (from: number): never => {
    if (from >= text.length) return stop(from, 1, 'The query ends where a value is wanted', 'Write what is to be found')
    if (text[from] === ')' || text[from] === '}')
      return stop(from, 1, `A value is wanted before \`${text[from]}\``, 'Write one, or take the mark out')
    return unexpected()
  }

  const literal = (): KqlLiteral => {
    skip()
    const word = keywordAt(at)
    if (word !== undefined)
      return stop(
        at,
        word.length,
        `A value is wanted before \`${word}\``,
        `Write one, or \`\\${word}\` for the word itself`,
      )
    return text[at] === '"' ? quoted() : unquoted()
  }

  /** `or` of `and` of `not` of `one`: of conditions, and of the values in a field's parentheses. */
  const either = (one: () => KqlNode): KqlNode => {
    const of = [both(one)]
    while (takes('or')) of.push(both(one))
    return of.length === 1 ? of[0]! : { kind: 'or', of }
  }
  const both = (one: () => KqlNode): KqlNode => {
    const of = [negated(one)]
    while (takes('and')) of.push(negated(one))
    return of.length === 1 ? of[0]! : { kind: 'and', of }
  }
  const negated = (one: () => KqlNode): KqlNode => {
    if (takes('not')) return inside(() => ({ kind: 'not', of: negated(one) }))
    skip()
    const opened = at
    if (!takesMark('(')) return one()
    return inside(() => {
      const node = either(one)
      close(')', opened)
      return node
    })
  }

  const condition = (): KqlNode => {
    const first = literal()
    skip()
    comparison.lastIndex = at
    const how = comparison.exec(text)?.[0]
    if (how !== undefined) {
      at += how.length
      return { kind: 'range', field: first, how: comparisons[how]!, value: literal() }
    }
    if (!takesMark(':')) return { kind: 'value', field: undefined, value: first }
    skip()
    const opened = at
    if (takesMark('{'))
      return inside(() => {
        const of = either(condition)
        close('}', opened)
        return { kind: 'nested', field: first, of }
      })
    const value = (): KqlNode => ({ kind: 'value', field: first, value: literal() })
    if (!takesMark('(')) return value()
    return inside(() => {
      const node = either(value)
      close(')', opened)
      return node
    })
  }

  try {
    skip()
    if (at >= text.length) return {}
    const node = either(condition)
    skip()
    if (at < text.length) unexpected()
    return { node }
  } catch (error) {
    if (error instanceof Stop) return { problem: error.problem }
    throw error
  }
}
