import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Dissected, dissect } from '../../../src/grammar/dissect.ts'
import { isSame } from '../compare.ts'
import type { Corpus, Score } from '../corpus.ts'

type Fields = Readonly<Record<string, string>> | null
interface Row {
  readonly name: string
  readonly tok: string
  readonly msg: string
  readonly append?: string
  readonly expected: Fields
  readonly fail?: boolean
  /** What each dialect says where they differ. */
  readonly _conflict?: readonly Readonly<Record<string, readonly [Fields, boolean | null]>>[]
}

/** Logstash's word where dialects differ. */
const wanted = ({ _conflict, expected, fail }: Row): Fields => {
  const own = _conflict?.flatMap((dialect) => Object.entries(dialect)).find(([name]) => name.startsWith('logstash'))
  return own === undefined ? (fail === true ? null : expected) : own[1][0]
}

const found = ({ tok, msg, append, _conflict }: Row): Dissected | { readonly refused: string } => {
  try {
    return dissect(tok, append === undefined || _conflict !== undefined ? {} : { separator: append })(msg)
  } catch (error) {
    return { refused: (error as Error).message }
  }
}

const corpus: Corpus = {
  about: 'patterns with a text and what it comes to',
  async *scores(folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
      const rows = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)
      let parsed = 0
      const differences = rows.flatMap((text): Score['differences'][number][] => {
        const row = JSON.parse(text) as Row
        const expected = wanted(row)
        const result = found(row)
        const fields = 'fields' in result ? Object.fromEntries(result.fields) : null
        if (fields !== null) parsed++
        return isSame(expected, fields) ? [] : [{ ...row, wanted: expected, result: fields ?? result }]
      })
      yield {
        part: file,
        records: rows.length,
        parsed,
        expected: rows.length,
        equal: rows.length - differences.length,
        differences,
        note: 'a row counts where all of it is equal; conflicts as Logstash',
      }
    }
  },
}
export default corpus
