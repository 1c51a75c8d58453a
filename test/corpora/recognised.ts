import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Corpus, Score } from './corpus.ts'
import { readAuto } from './read-auto.ts'

/** Logs of which nothing is told: each is recognised, or refused with a reason; the report says of each which, and why. */
export const recognised = (about: string): Corpus => ({
  about,
  async *scores(folder) {
    const parts = new Map<string, { -readonly [K in keyof Score]: Score[K] } & { differences: object[] }>()
    const counts = new Map<string, number>()
    for (const file of readdirSync(folder)
      .filter((name) => !name.startsWith('LICENSE'))
      .sort()) {
      const { said, refused, records, parsed, failures } = await readAuto(join(folder, file))
      const as = refused
        ? ['refused']
        : [
            ...new Set(
              said.flatMap((text) => [...text.matchAll(/(?:recognised|read) as ([\w.]+)/g)].map(([, name]) => name!)),
            ),
          ]
      const part = as.length === 0 ? 'recognised as nothing' : as.join(' + ')
      counts.set(part, (counts.get(part) ?? 0) + 1)
      let score = parts.get(part)
      if (score === undefined) parts.set(part, (score = { part, records: 0, parsed: 0, differences: [] }))
      score.records += records
      score.parsed += parsed
      score.differences.push({ file, said, records, parsed }, ...failures.map((failure) => ({ file, ...failure })))
    }
    for (const [part, score] of [...parts].sort(([a], [b]) => (a < b ? -1 : 1)))
      yield { ...score, note: `${counts.get(part)} files` }
  },
})
