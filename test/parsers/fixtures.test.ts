import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadFormats } from '../../src/service/formats.ts'
import {
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
const known = new Set(grammars.map(({ name }) => name))

describe('fixtures', () => {
  it('are the files that truth.json tells of', () => {
    expect(fixtureFiles).toEqual(Object.keys(truth).sort())
  })

  it('of formats that have no parser are those open.json names', () => {
    expect(folders.filter((name) => !known.has(name))).toEqual(Object.keys(open).filter((name) => !name.includes('/')))
  })

  it('are there for every parser', () => {
    expect(grammars.map(({ name }) => name).filter((name) => !folders.includes(name))).toEqual([])
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
