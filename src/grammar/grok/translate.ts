import { createRequire } from 'node:module'
import type * as Oniguruma from 'oniguruma-to-es'
import { GrokMistake } from './mistake.ts'

let loaded: typeof Oniguruma | undefined
/** Loaded where the first pattern is: most programs have none. */
const oniguruma = (): typeof Oniguruma => {
  loaded ??= createRequire(import.meta.url)('oniguruma-to-es') as typeof Oniguruma
  return loaded
}

/** An expression of Oniguruma's as one of JavaScript's. */
export interface Translated {
  readonly source: string
  readonly flags: string
  /** Number of each named group, by name. */
  readonly groups: ReadonlyMap<string, number>
}

/** Whether a text can be asked the cheaper way. */
export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)

const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
const inAscii = (source: string): string =>
  source.replace(/\\[\s\S]|\[:(\w+):\]/g, (all, name?: string) => (name === undefined ? all : (posix[name] ?? all)))
const asciiWords = (source: string): string =>
  source.replace(/\\([\s\S])/g, (all, sign: string) =>
    sign === 'w' ? '[0-9A-Za-z_]' : sign === 'W' ? '[^0-9A-Za-z_]' : all,
  )

/** Numbers of the named groups, and the text without their names, which a match need not make an object of. */
const unnamed = (
  source: string,
): { readonly source: string; readonly groups: ReadonlyMap<string, number>; readonly nested: boolean } => {
  const groups = new Map<string, number>()
  let written = ''
  let count = 0
  let depth = 0
  let nested = false
  for (let i = 0; i < source.length; i++) {
    const sign = source[i]!
    if (sign === '\\') {
      written += sign + (source[++i] ?? '')
      continue
    }
    written += sign
    if (sign === '[') nested ||= depth++ > 0
    else if (sign === ']') depth--
    else if (sign === '(' && depth === 0) {
      const name = /^\?<([^=!>][^>]*)>/.exec(source.slice(i + 1, i + 80))
      if (name === null && source[i + 1] === '?') continue
      count++
      if (name === null) continue
      groups.set(name[1]!, count)
      i += name[0].length
    }
  }
  return { source: written, groups, nested }
}

/**
 * As Ruby's Joni reads it in Logstash: `.` is any character, `\w`, `\d` and `\s` are ASCII, `\b` and POSIX brackets are
 * not. `ascii`: for texts that are all ASCII, where the same is said with less. Throws `GrokMistake`.
 */
export const translate = (source: string, ascii: boolean): Translated => {
  let pattern: string
  let flags: string
  try {
    const made = oniguruma().toRegExpDetails(ascii ? inAscii(source) : asciiWords(source), {
      flags: ascii ? 'mDSW' : 'mDS',
      avoidSubclass: true,
      target: 'ES2025',
    })
    pattern = made.pattern
    flags = made.flags
  } catch (error) {
    throw new GrokMistake(`the expression cannot be read: ${(error as Error).message}. Mend it`, { cause: error })
  }
  const { nested, ...rest } = unnamed(pattern)
  // Without the flag v V8 knows a way out of excessive backtracking.
  const plain = ascii && !nested && !/\\[pP]\{|\\u\{|&&|--|[\ud800-\udfff]/.test(rest.source)
  return { ...rest, flags: plain ? flags.replace('v', '') : flags }
}
