import { mkdirSync, writeFileSync } from 'node:fs'
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

test('an unknown log becomes a working grammar: infer into parsers/, check, try, run', {
  timeout: 300_000,
}, async () => {
  using place = scratchDir('infer-transcript')
  const messages = ['open gate=7 card=0A11 in 12ms', 'refuse gate=8 reason=expired', 'battery of lock 4 at 80%']
  const lines = Array.from(
    { length: 60 },
    (_, i) =>
      `20261127T0800${String(i).padStart(2, '0')}.250 ${'IWE'[i % 3]} gated[2211]: ${messages[Math.floor(i / 3) % 3]}\n`,
  )
  writeFileSync(join(place.path, 'gate.log'), lines.join(''))
  const here = (...args: string[]) => tailrace(place.path, args)

  const unknown = await here('try', 'auto', 'gate.log')
  expect(unknown).toMatchObject({ code: 1, out: '' })
  expect(unknown.err).toContain('tailrace infer gate.log > parsers/NAME.ts')

  const inferred = await here('infer', 'gate.log')
  expect(inferred.code, inferred.err).toBe(0)
  mkdirSync(join(place.path, 'parsers'))
  writeFileSync(join(place.path, 'parsers/gate-log.ts'), inferred.out)
  // Code of somebody else is not run.
  writeFileSync(join(place.path, 'parsers/other.ts'), `throw new Error('somebody ran it')\n`)

  const checked = await here('check')
  expect(checked.code, checked.out + checked.err).toBe(0)
  const tried = await here('try', 'auto', 'gate.log')
  expect(tried.err).toContain('recognised as gate.log')
  expect(tried.err).toContain('60 records, 60 parsed, 0 failed')
  expect(rowsOf(tried.out)[0]).toMatchObject({
    '@timestamp': '2026-11-27T08:00:00.250Z',
    log: { level: 'I' },
    process: { pid: 2211 },
    event: { dataset: 'gate.log' },
  })
  const ran = await here('run', '--once', '--no-web', 'gate.log')
  expect(ran.code, ran.err).toBe(0)
  expect(rowsOf((await here('stats', '--format', 'ndjson')).out)).toEqual([{ count: 60 }])
})
