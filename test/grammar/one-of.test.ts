import { afterEach, expect, test, vi } from 'vitest'
import { FoundMembers } from '../../src/grammar/found-members.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { json } from '../../src/grammar/json.ts'
import { keyValues } from '../../src/grammar/key-values.ts'
import { line } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { oneOf } from '../../src/grammar/one-of.ts'

import { readOne, readRecords } from './read-records.ts'

/** How often a record's members are gone through: once for each alternative that is tried. */
const tries = vi.spyOn(FoundMembers.prototype, 'open')
afterEach(() => void tries.mockClear())

const needing = (name: string) =>
  json({
    name: `test.${name}`,
    members: { message: key([name, `deep.${name}`], 'text', { required: true }), 'app.n': key('n', 'long') },
    samples: [`{"${name}":"x"}`],
  })
const pairs = grammar({ name: 'test.pairs', line: line`p ${keyValues({ members: {} })}`, samples: ['p a=1'] })
const any = oneOf('test.any', needing('one'), needing('two'), pairs, needing('three'))

test('a record costs one alternative, wherever that stands among them', () => {
  for (const record of ['{"one":"x"}', '{"n":1,"two":"x"}', '{"deep":{"three":"x"}}', '{"deep.three":"x"}', 'p a=1']) {
    tries.mockClear()
    expect(readOne(any, record)).not.toHaveProperty('code')
    expect(tries).toHaveBeenCalledTimes(1)
  }
})

test('the first that fits wins, also where a later one would', () => {
  expect(readOne(any, '{"three":"c","two":"b"}')).toMatchObject({ message: 'b' })
})

test('a key that is written in escapes is found all the same', () => {
  expect(readOne(any, '{"t\\u0077o":"x"}')).toMatchObject({ message: 'x' })
})

test('where none may be it, those that begin so explain the failure', () => {
  expect(readOne(any, '{"four":"x"}')).toMatchObject({ code: 'missing_member', expected: 'a member "one"' })
  expect(readOne(any, '{"two":')).toMatchObject({ code: 'bad_json', alternative: 'test.two' })
  expect(readOne(any, 'q')).toMatchObject({ code: 'no_alternative' })
  expect(readRecords(any, ['q', '', '{"one":"x"}']).rows).toMatchObject([
    { code: 'no_alternative' },
    { stage: 'parse' },
    { message: 'x' },
  ])
})
