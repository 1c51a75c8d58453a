import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { requiredLiterals } from '../../fixtures/recipes/user-agent/required-literals.ts'
import { createMatcher } from '../../src/transform/user-agent/match.ts'
import { userAgent } from '../../src/transform/user-agent.ts'
import { at, through } from './documents.ts'

type Case = readonly [string, string, readonly (string | null)[]]
type Pattern = readonly [readonly string[] | 0, string, string]
const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as T
const cases = read<{ readonly browsers: readonly Case[]; readonly systems: readonly Case[] }>('user-agent-cases.json')
const patterns = read<Readonly<Record<'browsers' | 'systems' | 'devices', readonly Pattern[]>>>(
  '../../src/transform/user-agent/patterns.json',
)
const match = createMatcher()

/** Parts up to the first that is missing, joined; the cases of browsers know no fourth part. */
const versionOf = (parts: readonly (string | null)[], most: number): string | undefined => {
  const end = parts.findIndex((part) => part === null || part === '')
  return parts.slice(0, Math.min(end < 0 ? most : end, most)).join('.') || undefined
}

describe("uap-core's own cases", () => {
  test('families and versions of agents are as it names them', () => {
    for (const [header, family, parts] of cases.browsers) {
      const found = match(header)
      expect(found.name, header).toBe(family)
      // The cases know no fourth part, the patterns do.
      const version = versionOf(parts, 3)
      expect(version === undefined ? found.version : found.version?.slice(0, version.length), header).toBe(version)
    }
  })

  test('families and versions of systems are as it names them', () => {
    for (const [header, family, parts] of cases.systems) {
      const found = match(header)
      expect([found.osName, found.osVersion], header).toEqual([family, versionOf(parts, 4)])
    }
  })
})

describe('the search for literals', () => {
  test('hides no pattern that matches', () => {
    const headers = [...cases.browsers, ...cases.systems].map(([header]) => header)
    for (const [literals, flags, source] of [...patterns.browsers, ...patterns.systems, ...patterns.devices]) {
      if (literals === 0) continue
      const pattern = new RegExp(source, flags)
      for (const header of headers)
        if (pattern.test(header))
          expect(
            literals.some((literal) => header.toLowerCase().includes(literal)),
            source,
          ).toBe(true)
    }
  })

  // Where a pattern took time that grows like a power of a header's length, this would not end.
  test('lets no header of its own words, as long as one is looked at, keep it for long', () => {
    const words = new Set(
      [...patterns.browsers, ...patterns.systems, ...patterns.devices].flatMap(([literals]) => literals || []),
    )
    expect(words.size).toBeGreaterThan(1000)
    for (const word of words)
      expect(match(`Mozilla/5.0 (${word.repeat(Math.ceil(1024 / word.length))}`).name).toBeTypeOf('string')
  })

  test('takes certain text only', () => {
    expect(requiredLiterals('^(Luminary)/(\\d+)')).toEqual(['luminary/'])
    expect(requiredLiterals('(?:Opera|Firefox/)\\d')).toEqual(['opera', 'firefox/'])
    expect(requiredLiterals('(?:Opera|)\\d')).toBeUndefined()
    expect(requiredLiterals('Foobar?x')).toEqual(['fooba'])
    expect(requiredLiterals('[Bb]aidu(?!x)spider')).toEqual(['baiduspider'])
    expect(requiredLiterals('(?:foo){0,2}.{3}')).toBeUndefined()
    expect(requiredLiterals('a\\.b\\|c\\d{2}')).toEqual(['a.b|c'])
  })
})

test('an agent, its system, device and whether it is a robot are added', async () => {
  const headers = [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.42',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'curl/8.4.0',
  ]
  const documents = await through(
    headers.map((header) => ({ 'user_agent.original': header })),
    [userAgent()],
  )
  expect(documents.map((document) => ({ ...(at(document, 'user_agent') as object), original: undefined }))).toEqual([
    {
      name: 'WeChat Browser',
      version: '8.0.42',
      os: { name: 'iOS', version: '16.6' },
      device: { name: 'iPhone' },
      bot: false,
    },
    { name: 'Googlebot', version: '2.1', device: { name: 'Spider' }, bot: true },
    { name: 'curl', version: '8.4.0', device: { name: 'Other' }, bot: true },
  ])
})

test('rubbish and headers beyond all bounds name no agent and are looked at no further than 1 KiB', async () => {
  const headers = [
    '',
    '-',
    '\u0001\u{1f600}',
    `${'x'.repeat(1024)} Firefox/120.0`,
    `Firefox/120.0 ${'('.repeat(100_000)}`,
  ]
  const documents = await through(
    headers.map((header) => ({ 'user_agent.original': header })),
    [userAgent()],
  )
  expect(documents.map((document) => at(document, 'user_agent.name'))).toEqual([
    'Other',
    'Other',
    'Other',
    'Other',
    'Firefox',
  ])
})
