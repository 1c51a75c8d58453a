import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createService, rowsOf } from '../support/service.ts'
import { accessLines, tailrace } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const environment = { TAILRACE_NGINX_ACCESS: 'access.log' }
const timeout = 300_000
const hostile = 'bad \u001b]0;owned\u0007 password=hunter2 \u202egnp'
const mended = accessLines(1, 77)

test('beside a service: what an editor mended is stored once, what fails again stays, what is purged is counted', {
  timeout,
}, async () => {
  await using service = createService(environment)
  writeFileSync(
    join(service.directory, 'access.log'),
    `${accessLines(3)}${hostile}\n${accessLines(2, 3)}worse\nworst\n`,
  )
  service.start()
  await waitUntil('three dead letters are there', async () => (await service.rows(['dlq', 'list'])).length === 3)
  // The account is written just behind the letters.
  await waitUntil('they are in the account', async () =>
    (await service.rows(['ledger'])).some((row) => row['dead_lettered'] === 3),
  )
  const table = await service.run(['dlq', 'list'])
  expect(table.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(table.out).not.toContain('hunter2')
  const [first] = await service.rows(['dlq', 'list'])
  const { id } = first as { id: string }

  // An editor with arguments, which looks who may read what it is given.
  const editor = join(service.directory, 'editor.sh')
  writeFileSync(editor, `#!/bin/sh\nstat -c %a "$3" > mode\ncp "$3" before\ncp "$2" "$3"\n`)
  chmodSync(editor, 0o755)
  writeFileSync(join(service.directory, 'mended'), mended)
  const edit = await tailrace(service.directory, ['dlq', 'edit', id], {
    environment: { VISUAL: `${editor} --wait mended` },
  })
  expect(edit, edit.err).toMatchObject({ code: 0, out: '' })
  expect(readFileSync(join(service.directory, 'before'), 'utf8')).toBe(hostile)
  expect(readFileSync(join(service.directory, 'mode'), 'utf8').trim()).toBe('600')
  for (const name of readdirSync(join(service.directory, 'data/dead-letter')))
    expect(statSync(join(service.directory, 'data/dead-letter', name)).mode & 0o777).toBe(0o600)

  const dry = await service.run(['dlq', 'replay', 'stage: parse', '--dry-run', '--format', 'ndjson'])
  expect(dry.code).toBe(1)
  expect(rowsOf(dry.out).at(-1)).toEqual({ total: { selected: 3, parsed: 1, failed: 2, left: 3 } })
  const replay = await service.run(['dlq', 'replay', '--format', 'ndjson'])
  expect(replay.code).toBe(1)
  expect(replay.err).toContain('2 failed again and stay')
  expect(rowsOf(replay.out).at(-1)).toEqual({ total: { selected: 3, stored: 1, failed: 2, left: 2 } })
  expect(await service.rows(['search', 'url.path: "/orders/77"'])).toMatchObject([
    { event: { id }, log: { flags: ['edited'], length: Buffer.byteLength(hostile) + 1 } },
  ])

  const unsure = await service.run(['dlq', 'purge', 'raw: worst'])
  expect(unsure).toMatchObject({ code: 2, out: '1 of 2 dead letters match\n' })
  expect(await service.rows(['dlq', 'purge', 'raw: worst', '--yes'])).toEqual([{ purged: 1, left: 1 }])
  expect(await service.rows(['dlq', 'list'])).toMatchObject([{ raw: 'worse', attempts: 2 }])
  expect(await service.accounted()).toMatchObject({ read: 8, stored: 6, dead_lettered: 2, purged: 1, verified: true })
})

test('without a service: commands at once wait for each other, and each letter is stored once', {
  timeout,
}, async () => {
  await using service = createService(environment)
  writeFileSync(join(service.directory, 'access.log'), `${accessLines(2)}bad\n`)
  expect((await service.run(['run', '--once', '--no-web'])).code).toBe(0)
  const [letter] = await service.rows(['dlq', 'list'])
  const { id } = letter as { id: string }
  const edit = await tailrace(service.directory, ['dlq', 'edit', id, '--raw-file', '-'], { input: mended })
  expect(edit, edit.err).toMatchObject({ code: 0, out: '' })
  const both = await Promise.all([service.rows(['dlq', 'replay']), service.rows(['dlq', 'replay'])])
  expect(both.map((rows) => (rows.at(-1)!['total'] as { stored?: number }).stored ?? 0).sort()).toEqual([0, 1])
  expect(await service.rows(['stats'])).toEqual([{ count: 3 }])
  expect(await service.accounted()).toMatchObject({ read: 3, stored: 3, dead_lettered: 0, verified: true })
  expect(await service.run(['dlq', 'replay'])).toMatchObject({ code: 0 })
})

test('what did not parse is told by its template, redacted', { timeout }, async () => {
  await using service = createService(environment)
  const odd = Array.from({ length: 12 }, (_, i) => `door ${i} opened with password=hunter${i}\n`).join('')
  const file = join(service.directory, 'access.log')
  writeFileSync(file, `${accessLines(2)}${odd}bell rang\n`)
  expect((await service.run(['run', '--once', '--no-web'])).code).toBe(0)
  const groups = await service.rows(['dlq', 'list', '--templates'])
  expect(groups).toMatchObject([
    { count: 12, dataset: 'nginx.access', template: expect.stringMatching(/^door <\*> opened/) },
    { count: 1, template: 'bell rang' },
  ])
  expect(JSON.stringify(groups)).not.toContain('hunter')
  const tried = await service.run(['try', 'nginx.access', file])
  expect(tried.err).toMatch(/what did not parse, by template:\n {2}12 × door <\*> opened [^\n]*\n {3}1 × bell rang\n/)
  expect(tried.err.trim().split('\n').at(-1)).toBe('15 records, 2 parsed, 13 failed')
})
