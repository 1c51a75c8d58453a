import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { loadFormats } from '../../src/service/formats.ts'
import { floods, getThrough } from './floods.ts'

const directory = mkdtempSync(join(tmpdir(), 'tailrace-floods-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const { grammars } = await loadFormats()

describe.each(grammars.map((grammar) => [grammar.name, grammar] as const))('%s', (_, grammar) => {
  test.each(floods)('gets through much of %s behind a record that begins well', async (_kind, text, size) => {
    await getThrough(grammar, join(directory, 'flood.log'), text, size)
  })
})
