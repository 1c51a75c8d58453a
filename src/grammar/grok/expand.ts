import { dotted } from '../dotted.ts'
import { GrokMistake } from './mistake.ts'
import type { Patterns } from './pattern-file.ts'
import { type Reference, referencesOf } from './reference.ts'

/** One group of the expression that becomes a field. */
export interface Capture {
  /** Its name in the expression. */
  readonly group: string
  /** As jls-grok calls it, `NAME:field:int`: captures of one name are told one after another. */
  readonly label: string
  /** Dotted. */
  readonly field: string
  readonly as: 'int' | 'float' | undefined
}

export interface Expanded {
  /** In Oniguruma's language. */
  readonly source: string
  readonly captures: readonly Capture[]
}

const longest = 1 << 20
const mostCaptures = 1000
// An escape, the beginning of a named group, or a use of one.
const groups = /\\([kg])<([^>]*)>|\\[\s\S]|\(\?(?:<(?![=!])([^>]*)>|'([^']*)')/g

/** Puts expressions in the place of references. `known` is looked up with the innermost meaning last. Throws `GrokMistake`. */
export const expand = (pattern: string, known: (name: string) => string | undefined): Expanded => {
  const captures: Capture[] = []
  const inline = new Map<string, string>()
  const given = new Map<string, string>()
  let length = 0

  const groupFor = (label: string, field: string, as: Capture['as']): string => {
    const group = `g${captures.length}`
    captures.push({ group, label, field: dotted(field), as })
    if (captures.length > mostCaptures)
      throw new GrokMistake(`the pattern captures more than ${mostCaptures} values: name fewer of them`)
    return group
  }
  /** Named groups of a text without references get names of their own, so that any name is allowed, and twice. */
  const own = (text: string): string => {
    const written = text.replace(
      groups,
      (all, use: string | undefined, used: string, plain?: string, quoted?: string) => {
        if (use !== undefined) return `\\${use}<${inline.get(used) ?? used}>`
        const name = plain ?? quoted
        if (name === undefined) return all
        const group = groupFor(name, name, undefined)
        if (!inline.has(name)) inline.set(name, group)
        return `(?<${group}>`
      },
    )
    length += written.length
    if (length > longest)
      throw new GrokMistake(
        `the pattern is longer than ${longest} characters once its names are replaced: make it simpler`,
      )
    return written
  }
  const meaning = ({ name, definition }: Reference, within: readonly string[]): string => {
    if (definition !== undefined) given.set(name, definition)
    const expression = given.get(name) ?? known(name)
    if (expression === undefined)
      throw new GrokMistake(
        `%{${name}} is no pattern${within.length === 0 ? '' : ` (in ${within.at(-1)})`}: take a stock one, or put the line '${name} expression' into a pattern file`,
      )
    if (within.includes(name))
      throw new GrokMistake(
        `%{${name}} refers to itself (${[...within.slice(within.indexOf(name)), name].join(' → ')}): write one of them without the other`,
      )
    return expand1(expression, [...within, name])
  }
  const expand1 = (text: string, within: readonly string[]): string => {
    let written = ''
    let at = 0
    for (const reference of referencesOf(text)) {
      written += own(text.slice(at, reference.from))
      const { name, field, as } = reference
      if (field === undefined) written += `(?:${meaning(reference, within)})`
      else {
        const group = groupFor(`${name}:${field}${as === undefined ? '' : `:${as}`}`, field, as)
        written += `(?<${group}>${meaning(reference, within)})`
      }
      at = reference.to
    }
    return written + own(text.slice(at))
  }
  return { source: expand1(pattern, []), captures }
}

/** What a name means: of several sets the first that has it. */
export const lookUp =
  (sets: readonly Patterns[]) =>
  (name: string): string | undefined => {
    for (const set of sets) {
      const found = set.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }
