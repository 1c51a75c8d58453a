// Writes the `.expected.json` of fixtures: all of a parser, or one. See fixtures/README.md.
import { writeFileSync } from 'node:fs'
import { resolveTailrace } from '../../src/cli/resolve.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { expectedPath, fixtureFiles, grammarFor, parserOf, readFixture, render } from './read-fixture.ts'

resolveTailrace()
const { grammars } = await loadFormats()
const wanted = process.argv.slice(2)
const chosen = fixtureFiles.filter((fixture) => wanted.some((one) => fixture === one || parserOf(fixture) === one))
if (chosen.length === 0) {
  process.stderr.write('usage: node test/parsers/write-expected.ts <parser>|<parser>/<file>.log …\n')
  process.exitCode = 2
}
for (const fixture of chosen) {
  const grammar = grammarFor(grammars, fixture)
  if (grammar === undefined) throw new Error(`there is no parser ${parserOf(fixture)}`)
  writeFileSync(expectedPath(fixture), render(await readFixture(grammar, fixture)))
  process.stdout.write(`${fixture}\n`)
}
