import { alias, follow, grammar, int, line, pipeline, word } from 'tailrace'
import { expect, test } from 'vitest'
import { datasetsOf } from '../../src/pipeline/pipeline.ts'
import { mappingsOf } from '../../src/store/elasticsearch/template.ts'

const renamed = grammar({
  name: 'app.renamed',
  line: line`@a ${word('user.id')} ${int('app.count')}`,
  samples: ['@a alice 7'],
})
const older = grammar({ name: 'app.older', line: line`@b ${word('user.name')}`, samples: ['@b alice'] })
const doors = pipeline('doors')
  .from(follow({ name: 'doors', paths: ['/tmp/none'] }))
  .parse(renamed, older)
  .through(alias({ 'user.name': 'user.id', 'app.number': 'app.count' }))
const engine = { kind: 'elasticsearch', version: '7.17.0', major: 7, dataStreams: true } as const

test('a dataset has another name where it has the field, of its type, and none of that name', () => {
  const datasets = datasetsOf(doors)
  expect(datasets.get('app.renamed')?.get('user.name')).toMatchObject({ type: 'keyword', alias: 'user.id' })
  expect(datasets.get('app.renamed')?.get('app.number')).toMatchObject({ type: 'long', alias: 'app.count' })
  expect(datasets.get('app.older')?.get('user.name')).not.toHaveProperty('alias')
  expect(datasets.get('app.older')?.has('app.number')).toBe(false)
  expect(mappingsOf(datasets.get('app.renamed')!, engine)).toMatchObject({
    properties: {
      user: { properties: { id: { type: 'keyword' }, name: { type: 'alias', path: 'user.id' } } },
      app: { properties: { number: { type: 'alias', path: 'app.count' } } },
    },
  })
})

test('another name of another name, of no field, or of what holds members is a mistake', () => {
  const problemsOf = (names: Readonly<Record<string, string>>) => alias(names).problems?.map(({ text }) => text)
  expect(problemsOf({ 'user.name': 'user.id', 'app.user': 'user.name' })).toEqual([
    "alias: 'app.user' is another name of 'user.name', which is one itself",
  ])
  expect(problemsOf({ 'user.nam': 'user.id' })).toEqual(["alias: there is no field 'user.nam'"])
  expect(problemsOf({ 'app.all': 'json' })).toEqual([
    "alias: 'json' holds members, and no engine gives such a field another name",
  ])
})
