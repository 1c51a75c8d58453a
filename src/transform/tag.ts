import { type Batch, outcome } from '../event/batch.ts'
import { absent, type Column } from '../event/column.ts'
import { type Diagnostic, diagnose, markSite } from '../event/diagnostic.ts'
import { declare, type FieldsOf } from './declare.ts'
import { textDictionary } from './dictionary.ts'
import { distinctElements, textOf } from './distinct.ts'
import { selectionOf } from './selection.ts'
import type { Transform } from './transform.ts'

/** The tags there are: row i has `codes[first[i]]` to `codes[first[i + 1] - 1]`, each a row of `texts`. */
interface Tags {
  readonly first: Uint32Array
  readonly codes: Uint32Array
  readonly texts: readonly string[]
}

const tagsOf = (batch: Batch, column: Column | undefined): Tags => {
  const distinct = column?.kind === 'list' ? distinctElements(batch, column.first, column.values) : undefined
  if (column?.kind !== 'list' || distinct === undefined)
    return { first: new Uint32Array(batch.count + 1), codes: new Uint32Array(0), texts: [] }
  const texts: string[] = []
  for (let code = 0; code < distinct.count; code++) texts.push(textOf(distinct, code))
  return { first: column.first, codes: distinct.codes, texts }
}

/** Adds a mark to `tags`, of all events or those a KQL query asks for: `tag('slow', 'event.duration > 1000000000')`. */
export const tag = (name: string, kql = ''): Transform<never, FieldsOf<'tags'>> => {
  const site = markSite(tag)
  const selection = selectionOf('tag', kql, site)
  const problems: Diagnostic[] = [...selection.problems]
  if (name.trim() === '') problems.push(diagnose(site, 'tag: the tag is empty', 'Name the tag'))
  return Object.freeze({
    name: 'tag',
    needs: [],
    adds: declare('tags'),
    problems,
    apply(batch: Batch) {
      const selected = selection.select(batch)
      const before = tagsOf(batch, batch.columns.get('tags'))
      const at = before.texts.indexOf(name)
      const mine = at < 0 ? before.texts.length : at
      const first = batch.scratch.u32(batch.count + 1)
      const codes = batch.scratch.u32(before.codes.length + batch.count)
      let to = 0
      for (let i = 0; i < batch.count; i++) {
        first[i] = to
        if (batch.outcome[i] !== outcome.live) continue
        let wanted = selected[i] === 1
        for (let j = before.first[i]!; j < before.first[i + 1]!; j++) {
          const code = before.codes[j]!
          if (code === mine) wanted = false
          if (code !== absent) codes[to++] = code
        }
        if (wanted) codes[to++] = mine
      }
      first[batch.count] = to
      const texts = at < 0 ? [...before.texts, name] : before.texts
      batch.columns.set('tags', { kind: 'list', first, values: textDictionary(batch, codes, texts) })
    },
  })
}
