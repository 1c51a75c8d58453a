import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import {
  envelopes,
  expectedPath,
  fixtureFiles,
  fixtures,
  grammarFor,
  open,
  parserOf,
  readFixture,
  render,
  truth,
} from './read-fixture.ts'

const { grammars } = await loadFormats()
const grammarOf = (fixture: string) => grammarFor(grammars, fixture)
const folders = [...new Set(fixtureFiles.map(parserOf))]
const known = new Set([...grammars, ...envelopes].map(({ name }) => name))

describe('fixtures', () => {
  it('are the files that truth.json tells of', () => {
    expect(fixtureFiles).toEqual(Object.keys(truth).sort())
  })

  it('of formats that have no parser are those open.json names', () => {
    expect(folders.filter((name) => !known.has(name))).toEqual(Object.keys(open).filter((name) => !name.includes('/')))
  })

  it('are there for every parser', () => {
    expect([...known].filter((name) => !folders.includes(name))).toEqual([])
  })

  it('are there for every expectation', () => {
    const expected = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.expected.json'),
    )
    const logs = new Set(fixtureFiles.map(expectedPath))
    expect(expected.filter((name) => !logs.has(join(fixtures, name)))).toEqual([])
  })
})

describe.each(folders.filter((name) => known.has(name)))('%s', (folder) => {
  const mine = fixtureFiles.filter((fixture) => parserOf(fixture) === folder)
  const isOpen = (fixture: string): boolean => open[fixture] !== undefined
  const counts = async (fixture: string): Promise<void> => {
    const { documents, failures } = await readFixture(grammarOf(fixture)!, fixture)
    const { records, failures: failed = 0, forged = 0 } = truth[fixture]!
    expect({ records: documents.length + failures.length, failures: failures.length }).toEqual({
      records: records + forged,
      failures: failed,
    })
  }
  it.each(mine.filter((fixture) => !isOpen(fixture)))('reads the records of %s', counts)
  // One that is read after all fails here: it has to leave the list.
  it.fails.each(mine.filter(isOpen))('does not read %s yet', counts)
  it.each(mine.filter((fixture) => existsSync(expectedPath(fixture))))('reads %s as expected', async (fixture) => {
    expect(render(await readFixture(grammarOf(fixture)!, fixture))).toBe(readFileSync(expectedPath(fixture), 'utf8'))
  })
})

/** Logs whose first records do not tell what they are: broken ones, and what only a more general format can claim. */
const unrecognised: Readonly<Record<string, string>> = {
  'json/deep.log': 'half of it is refused',
  'json/no-objects.log': 'most of it is no JSON',
  'json/binary-garbage.log': 'nothing of it is text',
  'json/python-json-logger-nan.log': 'half of it is no JSON',
  'json/two-on-one-line.log': 'half of it is no JSON',
  'json/empty.log': 'there is nothing',
  'json/one-line-end.log': 'there is nothing',
  'node.pino/members-twice.log': 'the level is text, which any JSON may have',
  'node.pino/text-levels.log': 'the level is text, which any JSON may have',
  'python.log/utf-16.log': 'bytes are looked at before they are decoded',
}

describe('applications', () => {
  const app = [
    'python.log',
    'uvicorn.log',
    'node.pino',
    'json',
    'go.log',
    'logfmt',
    'shop.event',
    'node.winston',
    'node.bunyan',
  ].map((name) => grammars.find((grammar) => grammar.name === name)!)
  const mine = fixtureFiles.filter((fixture) => app.some(({ name }) => name === parserOf(fixture)))
  it.each(mine)('%s is read by the parser its first lines tell', (fixture) => {
    const found = recognise(readFileSync(join(fixtures, fixture)).subarray(0, 65_536), app)
    const name = found.kind === 'one' ? found.grammar.name : undefined
    if (unrecognised[fixture] === undefined) expect(name).toBe(parserOf(fixture))
    else expect(name).not.toBe(parserOf(fixture))
  })
})
