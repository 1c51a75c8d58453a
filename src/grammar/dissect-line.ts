import { markSite } from '../event/diagnostic.ts'
import { type DissectOptions, dissectNames } from './dissect.ts'
import { dotted } from './dotted.ts'
import { type NamedCaptures, type PatternPart, patternPart } from './pattern-part.ts'

export interface DissectLineOptions<M> extends DissectOptions {
  /** How captures are read, by their dotted names, where they are not named as fields: `{ ts: time('@timestamp', 'iso') }`. */
  readonly fields?: M
}

/**
 * A record by a dissect pattern of Logstash's: `line: dissect('%{source.ip} %{} %{message}')`. It takes the record to its
 * end. A capture is read as the field it names (`[a][b]` is `a.b`), or as `fields` says; each must be one or the other.
 * What is empty is no value.
 */
export const dissectLine = <const M extends NamedCaptures = Record<never, never>>(
  pattern: string,
  { fields, separator }: DissectLineOptions<M> = {},
): PatternPart<M> => {
  const site = markSite(dissectLine)
  let names: readonly string[] = []
  let mistake: { readonly text: string; readonly mend: string } | undefined
  try {
    names = dissectNames(pattern)
    const named = names.find((name) => name === '')
    if (named !== undefined)
      mistake = {
        text: 'The pattern takes the name of a field from the record (%{&…})',
        mend: 'Name the field, or read pairs with keyValues()',
      }
  } catch (error) {
    const [, text, mend = 'Mend it'] = /^(.*?)(?:: (.*))?$/s.exec((error as Error).message)!
    mistake = { text: `The pattern cannot be used: ${text}`, mend }
  }
  return patternPart(
    site,
    { by: 'dissect', pattern, ...(separator === undefined ? {} : { separator }) },
    names.filter((name) => name !== '').map((name) => ({ name: dotted(name) })),
    fields ?? ({} as M),
    mistake,
  )
}
