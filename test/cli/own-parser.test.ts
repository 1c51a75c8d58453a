import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('own-parser')
afterAll(directory.remove)

test('a parser that cannot be loaded is named with its place, by check and by try', async () => {
  mkdirSync(join(directory.path, 'parsers'))
  const file = join(directory.path, 'parsers/door.ts')
  const definition = "export const door = grammar({ name: 'door.log', line: line`door 7`, samples: [sample] })"
  writeFileSync(file, `import { grammar, line } from 'tailrace'\n\n${definition}\n`)
  writeFileSync(join(directory.path, 'door.log'), 'door 7\n')
  const told = `${file}:3:${definition.indexOf('[sample') + 2}: the parser cannot be loaded: sample is not defined. Mend the place that is named.\n`
  const [checked, tried, named] = await Promise.all([
    tailrace(directory.path, ['check']),
    tailrace(directory.path, ['try', 'auto', 'door.log']),
    tailrace(directory.path, ['try', 'door.log', 'door.log']),
  ])
  expect(checked).toMatchObject({ code: 1, out: told })
  expect(tried).toMatchObject({ code: 1, err: expect.stringContaining(told) })
  expect(named).toMatchObject({ code: 2, err: expect.stringContaining(`${told}there is no parser 'door.log'`) })
})
