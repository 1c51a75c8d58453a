import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { type GrokOptions, grok } from '../../../src/grammar/grok/grok.ts'
import { readPatternFile } from '../../../src/grammar/grok/pattern-file.ts'

const fields = (pattern: string, text: string, options?: GrokOptions): Record<string, unknown> | undefined => {
  const found = grok(pattern, options).match(text)
  return found === undefined ? undefined : Object.fromEntries(found)
}
const own = (text: string): GrokOptions => ({ patterns: readPatternFile(text, 'own') })

describe('what is captured', () => {
  test('names become fields, what has none does not, and the pattern may fit anywhere', () => {
    expect(fields('%{IP:client} %{WORD:method} %{URIPATHPARAM:request}', 'x 55.3.244.1 GET /index.html?a=1 y')).toEqual(
      {
        client: '55.3.244.1',
        method: 'GET',
        request: '/index.html?a=1',
      },
    )
    expect(fields('%{WORD} (%{INT:n})', 'a (1)')).toBeUndefined()
    expect(fields('%{WORD} (%{INT:n})', 'a 1')).toEqual({ n: '1' })
  })

  test('names nest as Logstash writes them, or by dots', () => {
    expect(fields('%{WORD:[a][b]} %{WORD:c.d} (?<[e][f]>x)', 'one two x')).toEqual({
      'a.b': 'one',
      'c.d': 'two',
      'e.f': 'x',
    })
  })

  test('numbers are made of what is asked to be one, exactly', () => {
    expect(
      fields('%{INT:a:int} %{NUMBER:b:float} %{WORD:c:int} %{INT:d:int}', '-7 0.25 x1 98765432109876543210'),
    ).toEqual({
      a: -7,
      b: 0.25,
      c: 0,
      d: 98765432109876543210n,
    })
  })

  test('what is empty or took no part is left out', () => {
    expect(fields('a=%{DATA:a};(?:b=%{INT:b})?', 'a=;')).toEqual({})
  })

  test('a name that captured several times has a list, of one label after another', () => {
    expect(fields('%{INT:n} %{INT:n} %{INT:m}', '1 2 3')).toEqual({ n: ['1', '2'], m: '3' })
    expect(fields('%{INT:n} %{WORD:n} %{INT:n}', '1 a 2')).toEqual({ n: ['1', '2', 'a'] })
    expect(fields('(?:%{INT:n}|%{WORD:n})', 'a')).toEqual({ n: 'a' })
  })

  test('what an earlier repetition captured stays captured', () => {
    expect(fields('^(?:(?:a=%{INT:a}|b=%{INT:b}|c=%{WORD:c});)+$', 'a=1;b=2;a=3;')).toEqual({ a: '3', b: '2' })
    expect(fields('(?: (?:%{INT:n}|(?:x-%{WORD:w})+))*$', ' 1 x-ax 2')).toEqual({ n: '2', w: 'ax' })
  })

  test('a repetition may refer to what stands before it', () => {
    expect(fields('(?<q>["\x27])(?:%{WORD:w}\\k<q>,?)+', '"a","b"'.replace(',"', ','))).toEqual({ q: '"', w: 'b' })
  })

  test('what stands behind the name in the braces says nothing', () => {
    expect(fields('%{INT - a remark} %{WORD:w}', '1 b')).toEqual({ w: 'b' })
  })
})

describe('the language of the expressions', () => {
  const fits: readonly (readonly [what: string, pattern: string, text: string, fields: unknown])[] = [
    ['atomic groups give nothing back', '^(?>a+)ab', 'aaab', undefined],
    ['possessive quantifiers neither', '^a++ab', 'aaab', undefined],
    ['\\h is a hexadecimal digit', '^(?<x>\\h+)', '0aFg', { x: '0aF' }],
    ['POSIX brackets know all letters', '(?<x>[[:alpha:]]+)', '-Čierný-', { x: 'Čierný' }],
    ['\\w knows ASCII only', '(?<x>\\w+)', 'Čaß', { x: 'a' }],
    ['but a word does not end within letters', '%{WORD:x}', 'Čaß b', { x: 'b' }],
    ['. is any character', '^%{WORD:a}.%{WORD:b}$', 'x\ny', { a: 'x', b: 'y' }],
    ['^ and $ are ends of lines', '^%{WORD:a}$', '1 2\nx\n', { a: 'x' }],
    ['\\Z is the end, perhaps before its line end', '(?<x>b)\\Z', 'b\nb\n', { x: 'b' }],
    ['flags hold from where they stand', 'a(?i)b(?<x>c)', 'aBC', { x: 'C' }],
    ['look-behind', '(?<=k=)(?<v>\\d+)', 'j=1 k=2', { v: '2' }],
    ['named groups are referred to', '(?<q>["\\x27])%{DATA:v}\\k<q>', 'say "it\'s" so', { q: '"', v: "it's" }],
    ['and called', '(?<x>\\((?:[^()]|\\g<x>)*\\))', 'f(a(b)c)', { x: '(a(b)c)' }],
    ['with names, other groups count for nothing', '(a)(?<x>b)', 'ab', { x: 'b' }],
    ['quotes of other scripts', '(?<x>「[^」]*」)', 'a「訂單」b', { x: '「訂單」' }],
    ['characters beyond the first plane are one', '^(?<x>.)b', '😀b', { x: '😀' }],
  ]
  test.each(fits)('%s', (_, pattern, text, expected) => {
    expect(fields(pattern, text)).toEqual(expected)
  })
})

describe('own patterns', () => {
  test('are read as Logstash reads their files, and go before stock ones', () => {
    const options = own('# orders\n\nORDER [A-Z]{2}-%{SHORT}\r\nSHORT \\d{3}\nSHORT \\d{4}\nWORD [a-c]+\n')
    expect(fields('%{ORDER:order} %{WORD:w}', 'AB-1234 xyzab', options)).toBeUndefined()
    expect(fields('%{ORDER:order} %{WORD:w}', 'AB-1234 abc', options)).toEqual({ order: 'AB-1234', w: 'abc' })
    // Stock patterns mean the own ones too.
    expect(fields('%{IPORHOST:h}', 'shop', own('IPORHOST sh%{SPACE}op'))).toEqual({ h: 'shop' })
  })

  test('may be defined where they are used', () => {
    expect(fields('%{ORDER:order=[A-Z]{2}-\\d+} then %{ORDER:second}', 'AB-1 then CD-2')).toEqual({
      order: 'AB-1',
      second: 'CD-2',
    })
  })

  const mistakes: readonly (readonly [what: string, pattern: string, patterns: string, sentence: string])[] = [
    [
      'one that is not known',
      '%{IPV5:x}',
      '',
      "%{IPV5} is no pattern: take a stock one, or put the line 'IPV5 expression' into a pattern file",
    ],
    ['one within another', '%{A}', 'A %{B}x', '%{B} is no pattern (in A)'],
    [
      'a circle',
      '%{A}',
      'A %{B}\nB x%{C}\nC %{A}',
      '%{A} refers to itself (A → B → C → A): write one of them without the other',
    ],
    ['no end', 'a %{WORD:x', '', '%{WORD:x has no end: write } behind the name'],
    [
      'no conversion',
      '%{INT:x:integer}',
      '',
      "%{INT:x:integer} asks for 'integer', which is no conversion: write :int or :float, or leave it off",
    ],
    ['an expression that is none', '%{WORD:x} (', '', 'the expression cannot be read'],
    [
      'a name that grows without end',
      '%{A0}',
      Array.from({ length: 30 }, (_, i) => `A${i} %{A${i + 1}}%{A${i + 1}}`)
        .join('\n')
        .concat('\nA30 aaaa'),
      'once its names are replaced',
    ],
    ['thousands of captures', '%{WORD:x}'.repeat(1001), '', 'captures more than 1000 values'],
  ]
  test.each(mistakes)('%s is a mistake, said with what mends it', (_, pattern, patterns, sentence) => {
    expect(() => grok(pattern, own(patterns))).toThrow(sentence)
  })

  test('a line of a file that is no pattern is told with its place', () => {
    expect(() => readPatternFile('A a\nB\n', 'shop.patterns')).toThrow("shop.patterns:2:1: 'B' is no pattern")
  })
})

describe('a text that does not fit is explained', () => {
  const explained: readonly (readonly [what: string, pattern: string, text: string, failure: object])[] = [
    [
      'by the first that is not there',
      'user %{WORD:u} from %{IP:ip}',
      'user ann at 1.2.3.4',
      { at: 8, expected: '" from "', found: ' at 1.2.3.4' },
    ],
    ['at the end', '%{INT:a},%{INT:b}', '12,', { code: 'unexpected_end', at: 3, expected: '%{INT:b}' }],
    [
      'inside what a name means',
      '%{COMMONAPACHELOG}',
      '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" ok 2',
      { at: 58, found: 'ok 2' },
    ],
    [
      'by the alternative that came furthest',
      '(?:a1 %{INT}|a%{INT} b %{WORD:w})',
      'a1 b -',
      { at: 5, expected: '%{WORD:w}' },
    ],
    ['in bytes', '%{WORD:a} 訂單 %{INT:n}', 'x 訂單 y', { at: 9, expected: '%{INT:n}', found: 'y' }],
    ['from the start, where nothing fits', '%{IP:a}', 'zz', { at: 0, found: 'zz' }],
  ]
  test.each(explained)('%s', (_, pattern, text, failure) => {
    const { match, explain } = grok(pattern)
    expect(match(text)).toBeUndefined()
    expect(explain(text)).toMatchObject({ stage: 'parse', ...failure })
  })
})

test.prop([fc.string({ unit: 'binary', maxLength: 60 })])(
  'any pattern is either compiled or refused with a sentence',
  (pattern) => {
    let compiled: ReturnType<typeof grok>
    try {
      compiled = grok(pattern)
    } catch (error) {
      expect(error).toHaveProperty('name', 'GrokMistake')
      return
    }
    compiled.match('GET /a 1.2.3.4 「」')
  },
)

test.prop([fc.string({ unit: 'binary', maxLength: 200 })])('stock patterns take any text', (text) => {
  for (const name of ['COMBINEDAPACHELOG', 'SYSLOGLINE', 'IP', 'URI', 'EMAILADDRESS', 'QUOTEDSTRING'])
    expect(() => compiledOnce(name).match(text)).not.toThrow()
})
const compiledNames = new Map<string, ReturnType<typeof grok>>()
const compiledOnce = (name: string): ReturnType<typeof grok> => {
  const made = compiledNames.get(name) ?? grok(`%{${name}:x}`)
  compiledNames.set(name, made)
  return made
}
