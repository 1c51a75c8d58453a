import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { inferGrammar } from '../../src/service/infer.ts'
import { labelled } from '../mine/labelled.ts'

describe('a grammar made of lines', () => {
  test('reads them, each message with its own fields', async () => {
    const lines = Array.from(
      { length: 50 },
      (_, i) =>
        `2026-11-27 08:00:${String(i).padStart(2, '0')},123 ${i % 2 ? 'INFO' : 'WARN'} [10${i}] ${i % 3 ? `user ${['alice', 'bob'][i % 2]} from 10.0.0.${i} took ${i}ms` : `cache miss for 'key ${i}'`}`,
    )
    const { text, records, fitting, own } = await inferGrammar(lines, 'shop.door')
    expect({ records, fitting, own }).toEqual({ records: 50, fitting: 50, own: 2 })
    expect(text).toContain(
      `\${time('@timestamp', 'iso')} \${word('log.level')} [\${int('app.value')}] user \${word('user.name')}`,
    )
    expect(text).toContain(`from \${ip('source.ip')} took \${int('app.took')}ms`)
  })

  test('reads what stands at the front into fields, the same for each message', async () => {
    const lines = [
      'Nov 27 08:00:00 shop sshd[7]: door 7 opened',
      'Nov 27 08:00:01 shop cron[8]: door 8 opened',
      'Nov 27 08:00:02 shop cron[9]: nothing to do',
      'Nov 27 08:00:03 shop cron[9]: nothing left',
    ]
    const { text, records, fitting } = await inferGrammar(lines, 'shop.door')
    expect({ records, fitting }).toEqual({ records: 4, fitting: 4 })
    const front = `\${time('@timestamp', 'syslog')} \${word('app.value')} \${word('process.name')}[\${int('process.pid')}]: `
    for (const message of [`door \${int('app.door')} opened`, 'nothing to do', 'nothing left'])
      expect(text).toContain(front + message)
  })

  test('takes addresses of either kind, numbers with their unit and sizes for what they are', async () => {
    const lines = [7, 8, 9].flatMap((i) => [
      `2026-11-27T08:00:0${i}Z refused client 2001:db8::${i} after ${i}.5 ms`,
      `2026-11-27T08:00:0${i}Z closed /10.0.0.${i}:80${i} for user u${i}`,
      `2026-11-27T08:00:0${i}Z wrote ${i}.25 KB of page 0x7f0${i} in /srv/a${i}`,
    ])
    const { text, records, fitting } = await inferGrammar(lines, 'shop.door')
    expect({ records, fitting }).toEqual({ records: 9, fitting: 9 })
    expect(text).toContain(`refused client \${ip('source.ip')} after \${number('app.after')} ms`)
    expect(text).toContain(`closed /\${ip('app.closed')}:\${int('app.port')} for user \${word('user.name')}`)
    expect(text).toContain(`wrote \${number('app.wrote')} KB of page \${word('app.page')} in \${word('app.in')}`)
  })

  test('says what its values look like, and takes what is quoted for one', async () => {
    const lines = [7, 8, 9].map(
      (i) =>
        `2026-11-27T08:00:0${i}Z WARN job 0000000${i}-8b52-9b4a-97b7-50923ceb3ffd of '${['Ada', 'Bo', 'Chen'][i - 7]} ${i}th' hash ${i}a5eb561a4 from 10.0.0.${i}:80${i} took ${i}.5 s for /srv/${i}.txt`,
    )
    const { text, fitting } = await inferGrammar(lines, 'shop.door')
    expect(fitting).toBe(3)
    expect(text).toContain(
      "// 3 lines: <time> <level> job <uuid> of '<text>' hash <hex> from <ip>:<port> took <number> s for <path>\n",
    )
    expect(text).toContain(`of '\${text('app.of')}' hash`)
  })

  test('reads what a template covers though it is built otherwise', async () => {
    const fixture = join(import.meta.dirname, '../../fixtures/nginx.access/escape-json.log')
    const lines = readFileSync(fixture, 'utf8').trim().split('\n')
    const { templates, records, fitting } = await inferGrammar(lines, 'shop.door')
    expect(templates.length).toBeLessThan(lines.length)
    expect({ records, fitting }).toEqual({ records: lines.length, fitting: lines.length })
  })

  test('leaves lines that begin no record to the one before', async () => {
    const lines = ['2026-11-27T08:00:00Z it failed', 'Traceback', '  File "x"', '2026-11-27T08:00:01Z it failed']
    const { text, records, fitting } = await inferGrammar(lines, 'shop.door')
    expect({ records, fitting }).toEqual({ records: 2, fitting: 2 })
    expect(text).toContain('starts([')
  })

  for (const { name, lines } of labelled(7, 300))
    test(`reads every message of ${name} behind a time`, async () => {
      const logged = lines.map((one, i) => `Nov 27 08:00:${String(i % 60).padStart(2, '0')} shop ${name}[${i}]: ${one}`)
      const { records, fitting } = await inferGrammar(logged, `shop.${name}`)
      expect({ records, fitting }).toEqual({ records: 300, fitting: 300 })
    })

  const hostile = fc
    .array(
      fc.constantFrom('$', '{', '}', '`', '\\', "'", '"', '(', ')', ' ', '=', '7', 'a', '\u2028', 'globalThis.ran=1'),
      { minLength: 1, maxLength: 16 },
    )
    .map((parts) => parts.join(''))
  const front = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => `2026-11-27T08:00:00Z INFO [${text.slice(0, 8)}] ${text.slice(8)}`,
    (text) => `Nov 27 08:00:00 ${text.replaceAll(' ', '')}a: ${text}`,
  )
  property.prop([front, fc.array(hostile, { minLength: 1, maxLength: 6 })], { numRuns: 100 })(
    'never runs what they say',
    async (before, texts) => {
      const lines = texts.map(before)
      await inferGrammar(lines, 'shop.door')
      expect(globalThis).not.toHaveProperty('ran')
    },
  )

  property.prop([fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 6 })], {
    numRuns: 30,
  })('loads, whatever they hold', async (lines) => {
    const { fitting, records } = await inferGrammar(lines, 'shop.door')
    expect(fitting).toBeLessThanOrEqual(records)
  })
})
