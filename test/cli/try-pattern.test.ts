import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { rowsOf } from '../support/service.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('try-pattern')
afterAll(directory.remove)
const run = (input: string, ...args: string[]) => tailrace(directory.path, ['try', ...args], { input })

test('captures of --dissect become fields, verbatim and nested', async () => {
  const { code, out, err } = await run(
    'GET /a - \nPOST /b 7 x\n',
    '--dissect',
    '%{http.request.method} %{[url][path]} %{n} %{}',
  )
  expect(code, err).toBe(0)
  expect(rowsOf(out)).toMatchObject([
    { http: { request: { method: 'GET' } }, url: { path: '/a' }, n: '-', log: { offset: 0 }, message: 'GET /a - ' },
    { http: { request: { method: 'POST' } }, url: { path: '/b' }, n: '7', log: { offset: 10 } },
  ])
  expect(err).toBe('2 records, 2 parsed, 0 failed\n')
})

test('a line that does not fit is explained, written to --failures, and ends with 1', async () => {
  const failures = join(directory.path, 'failures')
  const file = join(directory.path, 'in')
  writeFileSync(file, 'a=1\nno \u001b[31m\n')
  const { code, out, err } = await run('', '--dissect', '%{k}=%{v}', file, '--explain', '--failures', failures)
  expect({ code, rows: rowsOf(out).length }).toEqual({ code: 1, rows: 1 })
  expect(err).toContain('line 2: dissect: expected "=" at byte 9')
  expect(err).not.toContain('\u001b')
  expect(rowsOf(readFileSync(failures, 'utf8'))).toMatchObject([
    { line: 2, offset: 4, code: 'unexpected_end', column: 9, expected: '"="', raw: 'no \u001b[31m' },
  ])
})

test('names that are hostile stay names', async () => {
  const { out } = await run('__proto__ 1\n', '--dissect', '%{?k} %{&k}')
  expect(JSON.parse(out, (key, value: unknown) => (key === '__proto__' ? undefined : value))).not.toHaveProperty('1')
  expect(out).toContain('"__proto__":"1"')
})

test('a pattern that cannot be used ends with 2', async () => {
  expect(await run('a\n', '--dissect', 'a')).toMatchObject({ code: 2, out: '' })
})
