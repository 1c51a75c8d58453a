import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { neededTail } from '../../../src/grammar/grok/needed-tail.ts'
import { finder } from '../../../src/grammar/grok/program.ts'
import { translate } from '../../../src/grammar/grok/translate.ts'

describe('what an expression cannot fit without', () => {
  test.each([
    [
      'begins with the first literal that is rare',
      String.raw`\d+ \w+ \[(?:a|b)\] "x"`,
      String.raw` \[(?:(?:a|b))\] "x"`,
    ],
    ['may begin within a group that is there once', 'a+(?<g0>b(?>c+;d))e', ';de'],
    ['captures nothing', 'a+;(?<g0>b|c)', ';(?:(?:b|c))'],
  ])('%s', (_, source, tail) => {
    expect(neededTail(source)).toBe(tail)
  })

  test.each([
    ['it begins with one', '"a" b+'],
    ['there is no such literal', 'a+ b+ c'],
    ['it stands in a repetition, an alternative or a look around', 'a+(;b)*(?:;|c)(?=;)'],
    ['there are alternatives', 'a+;b|c'],
    ['what stands before counts behind it', '(?i)a+;b'],
    ['it refers to what stands before', String.raw`(?<g0>a|b);\k<g0>`],
    ['a sign is two', 'a+;😀+'],
  ])('is not looked for where %s', (_, source) => {
    expect(neededTail(source)).toBeUndefined()
  })
})

const atom = fc.constantFrom(
  'a',
  'b',
  ';',
  '"',
  ' ',
  '.',
  String.raw`\b`,
  String.raw`\w`,
  '[a;]',
  String.raw`\x3b`,
  '^',
  '$',
)
const times = fc.constantFrom('', '', '', '?', '*', '+', '*?', '{2}', '++')
const expressions = fc.letrec<{ one: string; all: string }>((tie) => ({
  one: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(atom, times).map(([sign, often]) => (/^(?:\\b|\^|\$)$/.test(sign) ? sign : sign + often)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('(?:', '(', '(?>', '(?<g0>'), tie('all'), fc.constantFrom('', '', '?'))
        .map(([open, inner, often]) => `${open}${inner})${often}`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('(?=', '(?!', '(?<!'), atom).map(([open, sign]) => `${open}${sign})`),
    },
    { weight: 1, arbitrary: fc.tuple(tie('all'), tie('all')).map(([a, b]) => `(?:${a}|${b})`) },
  ),
  all: fc.array(tie('one'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
})).all

test.prop([expressions, fc.array(fc.stringMatching(/^[ab;"ü]{0,6}$/), { minLength: 20, maxLength: 20 })], {
  numRuns: 400,
})('what is found is what the expression finds when it is tried at every place', (source, texts) => {
  fc.pre((source.match(/\(\?<g0>/g) ?? []).length < 2)
  const { find } = finder(source, ['g0'])
  for (const text of texts) {
    const { source: plain, flags, groups } = translate(source, /^[\x00-\x7f]*$/.test(text))
    const match = new RegExp(plain, flags).exec(text)
    expect(find(text)).toEqual(match === null ? undefined : [match[groups.get('g0') ?? -1]])
  }
})
