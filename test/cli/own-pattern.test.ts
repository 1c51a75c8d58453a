import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scratchDir } from '../support/scratch-dir.ts'
import { rowsOf } from '../support/service.ts'
import { tailrace } from '../support/tailrace.ts'

const directory = scratchDir('own-pattern')
afterAll(directory.remove)

const config = `import { defineConfig, follow, pipeline } from 'tailrace'
import { door, gate } from './parsers.ts'

export default defineConfig({
  pipelines: [
    pipeline('gate').from(follow({ paths: ['gate.log'] })).parse(gate),
    pipeline('door').from(follow({ paths: ['door.log'] })).parse(door),
  ],
})
`
const parsers = `import { dissect, grammar, grok, int, time } from 'tailrace'

export const gate = grammar({
  name: 'app.gate',
  line: grok('%{TIMESTAMP_ISO8601:at} %{GATE:app.gate} %{IP:[source][ip]} took %{INT:app.ms:int}', {
    patterns: { GATE: 'gate-%{INT}' },
    fields: { at: time('@timestamp', 'iso') },
  }),
  samples: ['2026-11-27T08:00:00Z gate-7 10.1.2.3 took 12'],
})

export const door = grammar({
  name: 'app.door',
  line: dissect('%{ts} door %{door}: %{message}', { fields: { ts: time('@timestamp', 'iso'), door: int('app.door') } }),
  samples: ['2026-11-27T08:00:00Z door 7: open'],
})
`

test("a parser file of one's own reads by grok and by dissect", async () => {
  const folder = join(directory.path, 'good')
  mkdirSync(folder)
  writeFileSync(join(folder, 'tailrace.config.ts'), config)
  writeFileSync(join(folder, 'parsers.ts'), parsers)
  const gate = await tailrace(folder, ['try', '--pipeline', 'gate', '--explain'], {
    input: '2026-11-27T08:00:01Z gate-9 ::1 took 250\n2026-11-27T08:00:02Z gate-9 ::1 gave up\n',
  })
  expect(rowsOf(gate.out), gate.err).toMatchObject([
    { '@timestamp': '2026-11-27T08:00:01.000Z', app: { gate: 'gate-9', ms: 250 }, source: { ip: '::1' } },
  ])
  expect(gate.err).toContain('expected " took " at byte 32')
  const door = await tailrace(folder, ['try', '--pipeline', 'door'], { input: '2026-11-27T08:00:01Z door 3: shut\n' })
  expect(rowsOf(door.out), door.err).toMatchObject([{ app: { door: 3 }, message: 'shut' }])
})

test('mistakes in it are told with their place', async () => {
  const folder = join(directory.path, 'bad')
  mkdirSync(folder)
  writeFileSync(join(folder, 'tailrace.config.ts'), config)
  writeFileSync(
    join(folder, 'parsers.ts'),
    parsers.replace('%{GATE:app.gate}', '%{GATES:app.gate}').replace('%{door}', '%{gate}'),
  )
  const { code, out } = await tailrace(folder, ['check'])
  expect(code).toBe(1)
  const lines = out.replaceAll(`${folder}/`, '').trimEnd().split('\n')
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^parsers\.ts:5:9: app\.gate: The pattern cannot be used: %\{GATES\} is no pattern\. .*pattern file\.$/,
    ),
  )
  expect(lines).toContainEqual(
    expect.stringMatching(/^parsers\.ts:14:9: app\.door: 'gate' is no field\. Say what it is: /),
  )
})
