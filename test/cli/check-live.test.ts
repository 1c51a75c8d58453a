import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { doorsIn } from '../support/doors.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const directory = scratchDir('check-live')
afterAll(directory.remove)

test('check --live says which definitions the embedded store could not take as they are', async () => {
  const { define, run, write } = doorsIn(join(directory.path, 'a'), 'door.log')
  define(`\${int('app.door')} \${word('user.name')}`, '7 alice')
  const empty = await run('check', '--live')
  expect(empty.code).toBe(3)

  write('doors.log', '@door 7 alice\n@door 8 bob\n')
  expect((await run('run', '--once', '--no-web')).code).toBe(0)
  const same = await run('check', '--live')
  expect([same.code, same.out]).toEqual([0, expect.stringContaining('no mistake')])
  expect(same.err).not.toContain('yields')

  define(`\${word('app.door')} \${word('app.user.name')}`, '7 alice')
  const changed = await run('check', '--live')
  expect([changed.code, changed.out]).toEqual([
    1,
    "doors.ts:5:27: door.log: the field 'app.door' is keyword, and long in logs-door.log-default: the column would become text, and questions that compare numbers find nothing in it. Give it the type it has there, or another name.\n",
  ])
  expect(changed.err).toContain(
    "tailrace: door.log: 'user.name', which logs-door.log-default holds, is yielded no more, and 'app.user.name' of its type is new. If it was renamed, .through(alias({ 'user.name': 'app.user.name' })) lets searches for it find both\n",
  )
})

test('a field that got another name is found by either, and check proposes how', async () => {
  const { define, configure, run, write } = doorsIn(join(directory.path, 'b'), 'door.log')
  define(`\${int('app.door')} \${word('user.name')}`, '7 alice')
  write('a.log', '@door 7 alice\n@door 8 bob\n')
  expect((await run('check', '--update-lock')).code).toBe(0)
  expect((await run('run', '--once', '--no-web')).code).toBe(0)
  define(`\${int('app.door')} \${word('user.id')}`, '7 alice')
  const broken = await run('check')
  expect([broken.code, broken.out]).toEqual([1, expect.stringContaining(".through(alias({ 'user.name': 'user.id' }))")])
  configure(".through(alias({ 'user.name': 'user.id' }))")
  expect((await run('check')).code).toBe(0)
  write('b.log', '@door 9 alice\n')
  expect((await run('run', '--once', '--no-web')).code).toBe(0)
  expect((await run('check', '--live')).code).toBe(0)
  const doors = async (kql: string) => {
    const { out } = await run('search', kql, '--format', 'ndjson')
    const rows = out.split('\n').filter((line) => line !== '')
    return rows.map((line) => (JSON.parse(line) as { app: { door: number } }).app.door).sort()
  }
  expect(await doors('user.name: alice')).toEqual([7, 9])
  expect(await doors('not user.name: alice')).toEqual([8])
  expect(await doors('user.id: alice')).toEqual([9])
})
