import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { exponentialProblem } from '../../src/grammar/exponential.ts'

const fits = (atom: string): RegExp => new RegExp(`^(?:${atom})$`, 's')
const problem = (source: string, open = true): string | undefined => exponentialProblem(source, fits, open)?.text

describe('what reads one text in many ways is found', () => {
  test.each([
    ['(a+)+$', '(a+)+'],
    ['(a*)*$', '(a*)*'],
    ['(a|a)*b', '(a|a)*'],
    ['(a|aa)+$', '(a|aa)+'],
    ['(\\w+\\s?)*x', '(\\w+\\s?)*'],
    ['x(?:(?<n>[a-z]+)*\\d)', '(?<n>[a-z]+)*'],
    ['(?:a{1,40}b?)*c', '(?:a{1,40}b?)*'],
    ['(a?b?)*c', '(a?b?)*'],
    ['(?:x(a?|b?)y)*z', '(?:x(a?|b?)y)*'],
    ['(?:a{1,3})*b', '(?:a{1,3})*'],
    ['(\\d+|\\d+\\.\\d+)*x', '(\\d+|\\d+\\.\\d+)*'],
    ['"(?:[^"]+|\\\\.)*"', '(?:[^"]+|\\\\.)*'],
    ['^(([a-z])+.)+[A-Z]', '(([a-z])+.)+'],
    ['(?=(a+)+b)', '(a+)+'],
    ['(?>(a+)+b)', '(a+)+'],
    ['(?:%{2}|%%)*x', '(?:%{2}|%%)*'],
  ])('%s', (source, part) => {
    expect(problem(source)).toContain(`${part} can read one text in many ways`)
  })
})

describe('what reads each text in one way is left alone', () => {
  test.each([
    'a+b+c*',
    '(?:\\b\\w+\\b\\s*)*x',
    '"(?:[^"\\\\]|\\\\.)*"',
    '(a+b)+c',
    '(?:\\w+(?:\\s+\\w+)*)?:',
    '(?:\\w+\\.)*\\w+x',
    '(?:(?>a+)b?)+c',
    '(?:a++)+b',
    '((a+)+)*+',
    '(?:a|b|[c-f])*g',
    '(\\d{1,3}\\.){3}\\d{1,3}',
    '.*foo.*bar.*',
    '(?:[^,]*,)*[^,]*',
    '(?:(?:[0-9a-f]{2}:){5}[0-9a-f]{2},?)*x',
    '(?:a?|b?)*c',
    // A polynomial: what such a one may cost is seen while it runs.
    '(.*a){12}b',
  ])('%s', (source) => {
    expect(problem(source)).toBeUndefined()
  })

  test('nor where nothing behind it can fail', () => {
    expect(problem('(a+)+', false)).toBeUndefined()
    expect(problem('x(?:(a+)+b?)?', false)).toBeUndefined()
    expect(problem('(a+)+(?:b?|c)', false)).toBeUndefined()
    expect(problem('(a+)+b', false)).toBeDefined()
  })
})

const atom = fc.constantFrom('a', 'b', '\\w', '[ab]', '.', '\\d', '[^x]', '(?:a|b)')

test.prop([fc.array(atom, { minLength: 1, maxLength: 3 }), fc.constantFrom('*', '+', '{2,}')])(
  'what is repeated within what is repeated is found, whatever it is',
  (atoms, times) => {
    expect(problem(`(?:(?:${atoms.join('|')})+)${times}!`)).toBeDefined()
  },
)

test.prop([
  fc.uniqueArray(fc.constantFrom(...'abcdefg'), { minLength: 1 }),
  fc.infiniteStream(fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}')),
])('letters of which each stands once, and an end, are left alone', (letters, times) => {
  const word = letters.map((letter) => `${letter}${times.next().value}`).join('')
  expect(problem(`(?:${word},)*!`)).toBeUndefined()
})
