import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readKql } from '../../../src/query/kql-syntax.ts'
import type { Corpus } from '../corpus.ts'

interface SavedQuery {
  readonly query: string
  readonly language: string
}

/** Queries anywhere in an object; saved objects hold JSON in texts, and JSON in texts of that. */
const queriesOf = (value: unknown): SavedQuery[] => {
  if (typeof value === 'string') {
    if (!/^\s*[[{]/.test(value)) return []
    try {
      return queriesOf(JSON.parse(value))
    } catch {
      return []
    }
  }
  if (typeof value !== 'object' || value === null) return []
  const { query, language } = value as Partial<SavedQuery>
  if (typeof query === 'string' && typeof language === 'string') return [{ query, language }]
  return Object.values(value).flatMap(queriesOf)
}

const mistakeOf = (json: string): string | undefined => {
  try {
    JSON.parse(json)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const corpus: Corpus = {
  about: 'exports of saved objects, an object a line: their queries in KQL are read',
  async *scores(folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.ndjson'))) {
      const objects = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)
      const broken = objects.flatMap((object) => {
        const why = mistakeOf(object)
        return why === undefined ? [] : [{ file, why }]
      })
      const queries = objects.flatMap(queriesOf).filter(({ query }) => query.trim() !== '')
      const kql = queries.filter(({ language }) => language === 'kuery')
      const unread = kql.flatMap(({ query }) => {
        const { problem } = readKql(query)
        return problem === undefined ? [] : [{ file, query, why: problem.text }]
      })
      yield {
        part: file,
        records: objects.length,
        parsed: objects.length - broken.length,
        expected: kql.length,
        equal: kql.length - unread.length,
        differences: [...broken, ...unread],
        note: `KQL; ${queries.length - kql.length} queries in other languages`,
      }
    }
  },
}
export default corpus
