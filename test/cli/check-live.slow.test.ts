import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doorsIn } from '../support/doors.ts'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const directory = scratchDir('check-live')
afterAll(directory.remove)

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`check --live against a real ${kind}`, () => {
    let url = ''
    const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      expect(answer.ok, path).toBe(true)
      return answer.json()
    }
    beforeAll(async () => {
      url = (await engine(kind)).url
    }, 120_000)
    afterAll(async () => {
      // A template that a data stream uses stays; an engine without data streams knows no such address.
      await fetch(`${url}/_data_stream/logs-doors.live-default`, { method: 'DELETE' })
      await ask('DELETE', '/_index_template/foreign-doors-live')
    })

    test('an old name of a field finds events stored under either, in the engine as in Tailrace', async () => {
      const dataset = 'doors.renamed'
      const { define, configure, run, write } = doorsIn(join(directory.path, `${kind}-renamed`), dataset, {
        TAILRACE_STORE: url,
      })
      define(`\${int('app.door')} \${word('user.name')}`, '7 alice')
      write('a.log', '@door 7 alice\n@door 8 bob\n')
      expect((await run('run', '--once', '--no-web')).code).toBe(0)
      define(`\${int('app.door')} \${word('user.id')}`, '7 alice')
      configure(".through(alias({ 'user.name': 'user.id' }))")
      const before = await run('check', '--live')
      expect([before.code, before.out]).toEqual([0, expect.stringContaining('no mistake')])
      write('b.log', '@door 9 alice\n@door 10 carol\n')
      const ran = await run('run', '--once', '--no-web')
      expect([ran.code, ran.err]).toEqual([0, expect.not.stringContaining('dead letters')])
      const index = `logs-${dataset}-default`
      await ask('POST', `/${index}/_refresh`)
      const query = { term: { 'user.name': 'alice' } }
      expect(await ask('POST', `/${index}/_count`, { query })).toMatchObject({ count: 2 })
      const found = await run('search', 'user.name: alice', '--dataset', dataset, '--format', 'ndjson')
      expect(found.out.trimEnd().split('\n')).toHaveLength(2)
    }, 240_000)

    test('asks every store of a configuration, and says in which a field is in the way', async () => {
      const dataset = 'doors.both'
      const { define, configure, run, write } = doorsIn(join(directory.path, `${kind}-both`), dataset)
      configure('', `, store: [duckdb(), elasticsearch({ nodes: ['${url}'] })]`)
      define(`\${int('app.door')} \${word('user.name')}`, '7 alice')
      write('a.log', '@door 7 alice\n')
      expect((await run('run', '--once', '--no-web')).code).toBe(0)
      expect((await run('check', '--live')).code).toBe(0)
      define(`\${word('app.door')} \${word('user.name')}`, '7 alice')
      const changed = await run('check', '--live')
      expect(changed.code).toBe(1)
      expect(changed.out).toContain(`the field 'app.door' is keyword, and long in logs-${dataset}-default: the column`)
      expect(changed.out).toMatch(
        /the field 'app.door' is keyword, and long in .*: 'run' would begin a new index for it/,
      )
    }, 240_000)

    test('says what could not be mapped as it is, where older events lie otherwise, and whose template wins', async () => {
      const dataset = 'doors.live'
      const { define, run, write } = doorsIn(join(directory.path, kind), dataset, { TAILRACE_STORE: url })
      const index = `logs-${dataset}-default`
      define(`\${int('app.door')} \${ip('source.ip')} \${word('user.name')}`, '7 10.0.0.1 alice')
      write('doors.log', '@door 7 10.0.0.1 alice\n')
      const empty = await run('check', '--live')
      expect([empty.code, empty.err]).toEqual([0, expect.stringContaining('holds nothing of these datasets yet')])
      expect((await run('run', '--once', '--no-web')).code).toBe(0)
      define(`\${word('app.door')} \${word('app.user.name')} \${word('user.id')}`, '7 10.0.0.1 alice')
      const changed = await run('check', '--live')
      expect(changed.code).toBe(1)
      expect(changed.out).toContain(`doors.ts:5:27: ${dataset}: the field 'app.door' is keyword, and long in `)
      expect(changed.out).toContain(
        "'run' would begin a new index for it, and questions over both find only a part. Give it",
      )
      expect(changed.err).toContain("'user.name', which ")
      expect(changed.err).toContain("'app.user.name' of its type is new")

      // Nothing is lost where it is run all the same.
      write('more.log', '@door seven 10.0.0.1 alice\n')
      const ran = await run('run', '--once', '--no-web')
      expect([ran.code, ran.err]).toEqual([0, expect.not.stringContaining('dead letters')])
      expect(ran.err).toContain(`what there is of ${dataset} holds a field as another type than it has now`)
      await ask('POST', `/${index}/_refresh`)
      expect(await ask('GET', `/${index}/_count`)).toMatchObject({ count: 2 })
      const after = await run('check', '--live')
      expect([after.code, after.err]).toEqual([
        0,
        expect.stringContaining('which holds older events: questions over both find only a part'),
      ])

      define(`\${int('app.door.number')} \${ip('source.ip')} \${word('user.name')}`, '7 10.0.0.1 alice')
      const template = { index_patterns: ['logs-doors.live-*'], priority: 900, template: {} }
      const stream = { ...template, data_stream: {} }
      await ask('PUT', '/_index_template/foreign-doors-live', stream).catch(() =>
        ask('PUT', '/_index_template/foreign-doors-live', template),
      )
      const { out } = await run('check', '--live')
      expect(out).toContain("the field 'app.door.number' is long, and within 'app.door', ")
      expect(out).toContain(
        `${dataset}: the index template 'foreign-doors-live' wins over Tailrace's, so new indices lie as it says. Lower its priority below 250`,
      )
    }, 240_000)
  })
