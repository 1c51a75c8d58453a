import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { readOne } from '../grammar/read-records.ts'
import { fixtureFiles, fixtures, parserOf } from './read-fixture.ts'

const { grammars } = await loadFormats()
const formats = [
  'shop.event',
  'node.winston',
  'node.bunyan',
  'java.logback',
  'go.log',
  'logfmt',
  'python.log',
  'node.pino',
]
const found = (text: string | Uint8Array): string => {
  const known = recognise(Buffer.from(text), grammars)
  return known.kind === 'one' ? known.grammar.name : known.kind
}

const untold = new Set(['python.log/utf-16.log'])
const mine = fixtureFiles.filter((fixture) => formats.includes(parserOf(fixture)) && !untold.has(fixture))
test.each(mine)('%s is told from the logs of all other programs', (fixture) => {
  expect(found(readFileSync(join(fixtures, fixture)).subarray(0, 65_536))).toBe(parserOf(fixture))
})

const lines = (text: string): string => `${text}\n`.repeat(3)
test.each([
  [
    'JSON with a time, a level and a message of its own',
    '{"time":"2026-03-10T08:00:00.123Z","level":"info","message":"x"}',
  ],
  [
    'pino that names its levels, and writes no host',
    '{"level":"info","time":"2026-03-10T08:00:00.123Z","pid":7,"msg":"x"}',
  ],
  ['JSON with levels in capitals', '{"timestamp":"2026-03-10T08:00:00.123Z","level":"INFO","message":"x"}'],
  ['ECS', '{"@timestamp":"2026-03-10T08:00:00.123Z","log.level":"info","message":"x","ecs.version":"1.6.0"}'],
  ['business of another kind', '{"time":"2026-03-10T08:00:00Z","event":"user.created","user":{"id":"u7"}}'],
  ['JSON with a version', '{"v":0,"level":"high","time":"2026-03-10T08:00:00.123Z","msg":"x"}'],
])('%s is any JSON', (_, text) => {
  expect(found(lines(text))).toBe('json')
})

test.each([
  ['pino-pretty', '[08:00:00.123] INFO (7): order 7 paid\n    order: 7'],
  ['pino-pretty with the date', '[2026-03-10 08:00:00.123 +0800] INFO (7): order 7 paid\n    order: 7'],
  ['prose', 'the order was paid=yes said=no'],
  ['a query string', 'a=1&b=2'],
  ['a shell file', 'export LEVEL=info\nif [ -n "$level" ]; then'],
])('%s is no log of theirs', (_, text) => {
  expect(formats).not.toContain(found(lines(text)))
})

test('a business event that lacks something names all it lacks', () => {
  const shop = grammars.find(({ name }) => name === 'shop.event')!
  expect(readOne(shop, '{"time":"2026-03-10T08:00:00Z","event":"payment","payment":{"amount":1}}')).toMatchObject({
    code: 'missing_member',
    expected: 'members "outcome", "order.id", "payment.method"',
  })
})
