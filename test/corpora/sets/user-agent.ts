import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Agent, createMatcher } from '../../../src/transform/user-agent/match.ts'
import type { Corpus, Score } from '../corpus.ts'

interface Case {
  readonly user_agent_string: string
  readonly family: string
  readonly major?: string
  readonly minor?: string
  readonly patch?: string
  readonly patch_minor?: string
}
type Told = Readonly<Record<string, (agent: Agent) => string | undefined>>

/** What a file of cases tells, by what its name ends with. */
const told: Readonly<Record<string, Told>> = {
  _ua: { family: ({ name }) => name, version: ({ version }) => version },
  _os: { family: ({ osName }) => osName, version: ({ osVersion }) => osVersion },
  _device: { family: ({ device }) => device },
}

const versionOf = (one: Case): string | undefined => {
  const parts = [one.major, one.minor, one.patch, one.patch_minor].map((part) => part ?? '')
  const end = parts.indexOf('')
  return parts.slice(0, end < 0 ? undefined : end).join('.') || undefined
}

const corpus: Corpus = {
  about: "uap-core's own cases",
  async *scores(folder) {
    const match = createMatcher()
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
      const values = told[/_\w+(?=\.yaml$)/.exec(file)?.[0] ?? '']
      if (values === undefined) continue
      const { test_cases: cases } = parse(readFileSync(join(folder, file), 'utf8')) as { test_cases: readonly Case[] }
      // Some of the agents' cases know a fourth part and some do not.
      const parts = file.endsWith('_ua.yaml') ? 3 : 4
      const cut = (version: string | undefined) => version?.split('.').slice(0, parts).join('.')
      for (const [what, of] of Object.entries(values)) {
        const different = cases.flatMap((one): Score['differences'][number][] => {
          const expected = what === 'family' ? one.family : cut(versionOf(one))
          const found = what === 'family' ? of(match(one.user_agent_string)) : cut(of(match(one.user_agent_string)))
          if (found === expected) return []
          return [{ agent: one.user_agent_string, what, expected: expected ?? null, found: found ?? null }]
        })
        yield {
          part: `${file} ${what}`,
          records: cases.length,
          parsed: cases.length,
          expected: cases.length,
          equal: cases.length - different.length,
          differences: different,
        }
      }
    }
  },
}
export default corpus
