import { expect, test } from 'vitest'
import { textWidth } from '../../src/event/text-width.ts'
import { int, rest, word } from '../../src/grammar/capture.ts'
import { type Grammar, grammar } from '../../src/grammar/grammar.ts'
import { json } from '../../src/grammar/json.ts'
import { line } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { blockOf } from '../../src/grammar/text-block.ts'
import { explainFailure } from '../../src/service/explain.ts'
import { tell } from '../../src/service/told.ts'

const door = grammar({
  name: 'test.door',
  line: line`door ${word('app.who')} ${int('app.door')}: ${rest('message')}`,
  samples: ['door bob 7: opened'],
})
const gate = grammar({
  name: 'test.gate',
  line: line`door ${word('app.who')} ${word('app.gate')}: ${rest('message')}`,
  samples: ['door bob x: opened'],
})
const any = grammar({ name: 'test.any', line: line`${rest('message')}`, anyText: true, samples: ['a'] })
const objects = json({ name: 'test.objects', members: {}, moreGeneralThan: ['test.orders'], samples: ['{}'] })
const orders = json({
  name: 'test.orders',
  members: { 'app.order': key('order', 'long', { required: true }) },
  samples: ['{"order":7}'],
})

const explained = (record: string | Uint8Array, others: readonly Grammar[] = [any]): readonly string[] => {
  const batch = door.read(blockOf([record]), { dataset: door.name, timezone: 'UTC', now: 0 })
  const told = tell(batch, 0, () => 1)
  return explainFailure(told, door, others).split('\n')
}
/** The column the mark stands in, and what stands above it. */
const marked = ([text, mark]: readonly string[]): string => {
  const column = textWidth(mark!.slice(0, mark!.indexOf('^')))
  let at = 0
  while (textWidth(text!.slice(0, at)) < column) at++
  return text!.slice(at)
}

test('it shows how far the grammar came, what was expected there for what, and what there is', () => {
  expect(explained('door bob x: opened')).toEqual([
    '  door bob x: opened',
    '           ^ expected a whole number for app.door, found "x: opened"',
    '  test.door fits up to here',
    '',
  ])
})

test.each([
  ['wide characters', 'door 张伟 x: 打开', 'x: 打开'],
  ['control characters', 'door \u001b[31m\u0007 x: opened', 'x: opened'],
  ['bytes that are no text', Buffer.from('door \xff\xfe\xe5 x: opened', 'latin1'), 'x: opened'],
  ['a long line', `door ${'a'.repeat(5000)} x: opened`, 'x: opened'],
  ['half a character at the window', `door ${'𝄞'.repeat(99)}a x: opened`, 'x: opened'],
])('the mark stands under the place, with %s before it', (_, record, there) => {
  const lines = explained(record)
  expect(marked(lines)).toBe(there)
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  expect(lines.every((one) => one.isWellFormed())).toBe(true)
})

test('of others that read it the most special is named, and none that reads any text', () => {
  expect(explained('door bob x: opened', [any, gate])[2]).toBe("  test.door fits up to here; 'test.gate' reads it")
  expect(explained('{"order":7}', [any, objects, orders])[2]).toContain("'test.orders' reads it")
  expect(explained('{"cart":7}', [any, objects, orders])[2]).toContain("'test.objects' reads it")
  expect(explained('dood', [gate])[2]).toBe('  test.door fits up to here')
  expect(explained('door bob x- opened', [gate])[2]).toContain("'test.gate' comes further, to byte")
  expect(explained(`door bob x- ${'opened and '.repeat(9)}`, [gate])[2]).toBe('  test.door fits up to here')
})
