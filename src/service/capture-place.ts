import { readFileSync } from 'node:fs'
import { type Site, siteOf } from '../event/diagnostic.ts'
import type { Grammar } from '../grammar/grammar.ts'
import type { Config } from './load.ts'

const quoted = (field: string): RegExp => new RegExp(`(['"\`])${RegExp.escape(field)}\\1`)

/** Where a grammar captures a field, as far as its text shows it, else where the grammar is. */
export const capturePlace = ({ site }: Grammar, field: string): Partial<Site> => {
  const place = siteOf(site)
  if (place === undefined) return {}
  try {
    const lines = readFileSync(place.file, 'utf8').split('\n')
    for (let i = place.line - 1; i < lines.length; i++) {
      const found = lines[i]!.search(quoted(field))
      if (found !== -1) return { file: place.file, line: i + 1, column: found + 1 }
    }
  } catch {}
  return place
}

/** The grammar that yields a field of a dataset, else one that yields the dataset. */
export const grammarOf = (
  { pipelines }: Pick<Config, 'pipelines'>,
  of: string,
  field: string | undefined,
): Grammar | undefined => {
  const grammars = pipelines.flatMap(({ parsers, dataset }) => parsers.filter(({ name }) => (dataset ?? name) === of))
  return grammars.find(({ schema }) => field !== undefined && schema.has(field)) ?? grammars[0]
}
