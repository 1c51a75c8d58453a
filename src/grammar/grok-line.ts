import { markSite } from '../event/diagnostic.ts'
import { compileGrok, type GrokOptions } from './grok/grok.ts'
import { type Patterns, readPatternFile } from './grok/pattern-file.ts'
import type { EcsCompatibility } from './grok/stock.ts'
import { type NamedCaptures, type PatternName, type PatternPart, patternPart } from './pattern-part.ts'

export interface GrokLineOptions<M> {
  /** How captures are read, by their dotted names, where they are not named as fields: `{ clientip: ip('source.ip') }`. */
  readonly fields?: M
  /** Own patterns: by name, or as the text of a pattern file. */
  readonly patterns?: string | Readonly<Record<string, string>>
  /** Names of the stock patterns' fields; default `v8`. */
  readonly ecs?: EcsCompatibility
}

const patternsOf = (given: string | Readonly<Record<string, string>> | undefined): Patterns =>
  given === undefined
    ? new Map()
    : typeof given === 'string'
      ? readPatternFile(given, 'patterns')
      : new Map(Object.entries(given))

/**
 * A record by a grok pattern of Logstash's, stock patterns too: `line: grok('%{IP:source.ip} %{WORD:http.request.method}')`.
 * It takes the record to its end. A capture is read as the field it names (`[a][b]` is `a.b`), or as `fields` says; each
 * must be one or the other. What is empty is no value; what captured several values does not fit. Its time is bounded.
 */
export const grokLine = <const M extends NamedCaptures = Record<never, never>>(
  pattern: string,
  { fields, patterns, ecs = 'v8' }: GrokLineOptions<M> = {},
): PatternPart<M> => {
  const site = markSite(grokLine)
  let names: readonly PatternName[] = []
  let mistake: { readonly text: string; readonly mend: string } | undefined
  let known: Patterns = new Map()
  try {
    known = patternsOf(patterns)
    const options: GrokOptions = { patterns: known, ecs }
    names = compileGrok(pattern, options).captures.map(({ field, as }) => ({ name: field, as }))
  } catch (error) {
    const [, text, mend = 'Mend it'] = /^(.*?)(?:: (.*))?$/s.exec((error as Error).message)!
    mistake = { text: `The pattern cannot be used: ${text}`, mend }
  }
  return patternPart(
    site,
    { by: 'grok', pattern, patterns: Object.fromEntries(known), ecs },
    names,
    fields ?? ({} as M),
    mistake,
  )
}
