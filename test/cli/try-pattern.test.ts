import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

const access = '10.1.2.3 - ann [27/Nov/2026:08:00:01 +0800] "POST /orders HTTP/1.1" 201 512\n'

test("captures of --grok become fields, with ECS's names or those of old", async () => {
  const { code, out, err } = await run(access, '--grok', '%{COMMONAPACHELOG}')
  expect(code, err).toBe(0)
  expect(rowsOf(out)).toMatchObject([
    {
      source: { address: '10.1.2.3' },
      user: { name: 'ann' },
      http: { response: { status_code: 201 } },
      message: access.trim(),
    },
  ])
  const old = await run(access, '--grok', '%{COMMONAPACHELOG}', '--ecs-compatibility', 'disabled')
  expect(rowsOf(old.out)).toMatchObject([
    { clientip: '10.1.2.3', auth: 'ann', response: '201', event: { dataset: 'grok' } },
  ])
})

test('--grok takes own patterns, keeps large numbers exact, and adds to the message as Logstash does', async () => {
  const patterns = join(directory.path, 'patterns')
  mkdirSync(patterns)
  writeFileSync(join(patterns, 'shop'), '# of the shop\nORDER O-%{INT}\n')
  const { out, err } = await run(
    'O-7 98765432109876543210 paid\n',
    '--grok',
    '%{ORDER:[order][id]} %{INT:n:int} %{GREEDYDATA:message}',
    '--patterns',
    patterns,
  )
  expect(rowsOf(out), err).toMatchObject([{ order: { id: 'O-7' }, message: ['O-7 98765432109876543210 paid', 'paid'] }])
  expect(out).toContain('"n":98765432109876543210')
})

test('--explain shows how far a grok pattern came; a line that takes too long fails, the rest goes on', async () => {
  const failures = join(directory.path, 'grok-failures')
  const input = `${'a'.repeat(60)}b\naaa\nb\n`
  const { code, out, err } = await run(input, '--grok', '^(?<x>(?:(?=a)a+)+)$', '--failures', failures)
  expect({ code, rows: rowsOf(out) }).toMatchObject({ code: 1, rows: [{ x: 'aaa' }] })
  expect(err).toContain('3 records, 1 parsed, 2 failed')
  expect(rowsOf(readFileSync(failures, 'utf8'))).toMatchObject([
    { line: 1, code: 'pattern_timeout' },
    { line: 3, code: 'expected_literal', column: 1 },
  ])
  const explained = await run('user ann\u001b[31m at 7\n', '--grok', 'user %{WORD:u} from', '--explain')
  expect(explained.err).toContain('^ expected " from"')
  expect(explained.err).not.toContain('\u001b')
})

test.each([
  [['--grok', '%{NOPE}'], '%{NOPE} is no pattern'],
  [['--grok', '%{WORD:a}', '--dissect', '%{a}'], 'give one pattern'],
  [['--dissect', '%{a}', '--patterns', 'x'], 'belong to --grok'],
  [['--grok', '%{WORD:a}', '--patterns', '/nowhere'], 'no such file'],
])('%j ends with 2', async (args, sentence) => {
  const { code, out, err } = await run('a\n', ...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(sentence)
})
