import { expect, test } from 'vitest'
import { flags } from '../../src/event/block.ts'
import { json } from '../../src/grammar/json.ts'
import { key } from '../../src/grammar/members.ts'
import { readOne, readRecords } from './read-records.ts'

const journal = json({
  name: 'test.journal',
  members: { message: key('m', 'text', { octets: true }), 'app.plain': key('p', 'keyword') },
  samples: ['{"m":[104,105]}'],
})

test('an array of bytes is the text they are', () => {
  expect(readOne(journal, '{"m":[27,91,229,174,140]}')).toEqual({ message: '\u001b[完' })
  expect(readOne(journal, '{"m":"as it is"}')).toEqual({ message: 'as it is' })
})

test('bytes that are no UTF-8 are replaced and flagged', () => {
  const { rows, flags: flagged } = readRecords(journal, ['{"m":[97,255]}'])
  expect(rows).toEqual([{ message: 'a\ufffd' }])
  expect(flagged[0]! & flags.invalidUtf8).not.toBe(0)
})

test.each(['[]', '[256]', '[-1]', '[1.5]', '["a"]', '[1,[2]]', '[104,null]', '{"a":1}'])('%s is none', (value) => {
  expect(readOne(journal, `{"m":${value}}`)).toEqual({ json: { m: JSON.parse(value) as unknown } })
})

test('where it was not asked for an array stays one', () => {
  expect(readOne(journal, '{"p":[104,105]}')).toEqual({ json: { p: [104, 105] } })
})
