import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { rowsOf } from '../support/service.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('infer')
const file = join(directory.path, 'door-2026.log')
writeFileSync(file, 'door 7 opened for alice\n\ndoor 8 opened for bob\r\nbell \u001b[31m rang\n')
afterAll(directory.remove)
const run = (...args: string[]) => tailrace(directory.path, ['infer', ...args])

test('a template is told for each line', async () => {
  const { code, out, err } = await run(file, '--format', 'ndjson')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(rowsOf(out)).toEqual([
    { line: 1, template: 1, text: 'door <*> opened for <*>' },
    { line: 3, template: 1, text: 'door <*> opened for <*>' },
    { line: 4, template: 2, text: 'bell \u001b[<*> rang' },
  ])
})

test('the templates and a file for parsers/ are printed, safe in a terminal', async () => {
  const { code, out, err } = await run(file)
  expect(code, err).toBe(0)
  expect(out).toContain('// 2 × door <*> opened for <*>\n')
  expect(out).toContain(`line: line\`door \${int('app.door')} opened for \${word('app.for')}\``)
  expect(out).toContain('export const doorLog = oneOf(')
  expect(out).not.toContain('\u001b')
  expect(err).toContain('3 of 3 records are read')
})

test('what standard input holds is read, and lines of a known format are called by its name', async () => {
  const input = '{"level":30,"time":1764230400000,"pid":1,"hostname":"a","msg":"x"}\n'
  const { err } = await tailrace(directory.path, ['infer'], { input })
  expect(err).toContain('node.pino reads such lines already')
})

test('nothing to learn from ends with 1, wrong usage with 2, a file that is not there with 3', async () => {
  expect(await tailrace(directory.path, ['infer'])).toMatchObject({ code: 1, out: '' })
  expect(await run(file, '--format', 'xml')).toMatchObject({ code: 2, out: '' })
  expect(await run(file, '--name', 'Door')).toMatchObject({ code: 2, out: '' })
  expect(await run(join(directory.path, 'none'))).toMatchObject({ code: 3, out: '' })
})
