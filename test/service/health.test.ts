import { expect, test } from 'vitest'
import { readinessOf } from '../../src/service/health.ts'
import { createTroubles, type Trouble } from '../../src/service/troubles.ts'

const trouble = (kind: Trouble['kind'], blocks: boolean): Trouble => ({ kind, about: kind, text: kind, blocks })

test.each<[string, readonly Trouble[], boolean]>([
  ['nothing is wrong', [], true],
  ['the store is away', [trouble('store', false)], true],
  ['a rule is not judged', [trouble('rule', false)], true],
  ['it starts', [trouble('starting', true)], false],
  [
    'it cannot start for want of its store: files keep everything',
    [trouble('starting', true), trouble('store', false)],
    true,
  ],
  ['that, and the disk is full', [trouble('starting', true), trouble('store', false), trouble('disk', true)], false],
  ['a file cannot be read', [trouble('source', true)], false],
])('where %s', (_, troubles, ready) => {
  expect(readinessOf(troubles)).toMatchObject({ ready, reasons: troubles.map(({ kind }) => ({ kind })) })
})

test('troubles are told until they are cleared, and looked up each time', () => {
  const troubles = createTroubles()
  let away = true
  troubles.watch(() => (away ? [trouble('store', false)] : []))
  troubles.set('x', trouble('disk', true))
  troubles.set('x', trouble('disk', true))
  expect(troubles.now().map(({ kind }) => kind)).toEqual(['disk', 'store'])
  troubles.clear('x')
  away = false
  expect(troubles.now()).toEqual([])
})
