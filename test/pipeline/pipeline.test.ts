import { expect, test } from 'vitest'
import { rest } from '../../src/grammar/capture.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { line } from '../../src/grammar/line.ts'
import { pipeline } from '../../src/pipeline/pipeline.ts'
import { follow } from '../../src/source/follow.ts'

const anything = grammar({ name: 'any.log', line: line`${rest('message')}`, samples: ['x'] })

test.each([
  [{ name: 'shop' } as unknown as string, ['the pipeline has no name']],
  ['', ['the pipeline has no name']],
  ['shop', []],
])('a pipeline called %j', (name, texts) => {
  const begun = pipeline(name).from(follow({ name: 'x', paths: ['x.log'] }))
  for (const one of [begun.parse(anything), begun.recognise()])
    expect(one.problems.map(({ text, line }) => [text, line])).toEqual(texts.map((text) => [text, 15]))
})
