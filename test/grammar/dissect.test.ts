import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { dissect } from '../../src/grammar/dissect.ts'

const read = (pattern: string, text: string, separator?: string): unknown => {
  const dissected = dissect(pattern, separator === undefined ? {} : { separator })(text)
  return 'fields' in dissected ? Object.fromEntries(dissected.fields) : dissected.failure
}

describe('dissect', () => {
  test.each([
    [
      'a value is the text up to the delimiter, the last one all that is left',
      '%{a} - %{b}',
      'x - y - z',
      { a: 'x', b: 'y - z' },
    ],
    ['delimiters side by side make empty values', '%{a},%{b},%{c}', 'x,,z', { a: 'x', b: '', c: 'z' }],
    ['what lies behind the last delimiter is nobody’s', 'm="%{m}"', 'm="x" rest', { m: 'x' }],
    ['a field without a name, or with a question mark, is passed over', '%{} %{?skipped} %{c}', 'x y z', { c: 'z' }],
    ['padding on the right is passed over', '%{a->} %{b}', 'x     y', { a: 'x', b: 'y' }],
    [
      'appended texts are joined by the delimiter on their left',
      '%{at} %{+at}/%{+at}',
      'May 12/2026',
      { at: 'May 12/2026' },
    ],
    ['an order says which comes first', '%{+at/2} %{+at/1}', '12 May', { at: 'May 12' }],
    ['a name may come from the text', '%{*k}=%{&k}', 'user=alice', { user: 'alice' }],
    ['or from a text passed over', '%{?k}: %{&k}', 'user: alice', { user: 'alice' }],
    ['or from a value', '%{k} %{&k}', 'user alice', { k: 'user', user: 'alice' }],
    ['a length needs no delimiter', '%{a#1}%{b#2}%{c}', 'A01rest', { a: 'A', b: '01', c: 'rest' }],
    ['delimiters may be any text', '%{a}⇒{%{b}}', 'é⇒{子}', { a: 'é', b: '子' }],
    [
      'names may hold brackets and dots',
      '%{[http][method]} %{url.original}',
      'GET /',
      { '[http][method]': 'GET', 'url.original': '/' },
    ],
  ])('%s', (_, pattern, text, fields) => {
    expect(read(pattern, text)).toEqual(fields)
  })

  test('a separator of one’s own joins what is appended', () => {
    expect(read('%{a} %{+a} %{+a}', '1 2 3', '::')).toEqual({ a: '1::2::3' })
    expect(read('%{a} %{+a}', '1 2', '')).toEqual({ a: '12' })
  })

  test('a text that does not fit says where and what was expected', () => {
    expect(read('/var/%{a}', 'foobar')).toMatchObject({
      code: 'expected_literal',
      at: 0,
      expected: '"/var/"',
      found: 'foobar',
    })
    expect(read('%{a} [%{b}]', 'é [x')).toMatchObject({ code: 'unexpected_end', at: 5, expected: '"]"' })
    expect(read('%{a#2}%{b#2}', 'abcde')).toMatchObject({ at: 4, expected: 'the end', found: 'e' })
    expect(read('%{a#9}', 'abc')).toMatchObject({ code: 'unexpected_end', expected: '9 characters' })
  })

  test.each([
    ['no field', 'the pattern has no field'],
    ['%{a?b}', '%{a?b} is no field'],
    ['%{a}%{b}', 'nothing tells where %{a} ends'],
    ['%{+}', '%{+} has no name'],
    ['%{a/2}', 'write %{+a/2}'],
    ['%{*a} %{b}', '%{*a} names no value'],
    ['%{b} %{&a}', '%{&a} has no name'],
  ])('the pattern %s is refused', (pattern, why) => {
    expect(() => dissect(pattern)).toThrow(why)
  })

  const piece = fc.constantFrom('a', ' ', '=', '->', '%{', '}', '+', '&', '*', '?', '/1', '#2', 'é', '\u0000')
  const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''))
  property.prop([text, text])('no pattern is misread, no text throws', (pattern, given) => {
    let read: ReturnType<typeof dissect>
    try {
      read = dissect(pattern)
    } catch (error) {
      expect((error as Error).name).toBe('DissectMistake')
      return
    }
    const dissected = read(given)
    if ('failure' in dissected) expect(dissected.failure.at).toBeLessThanOrEqual(Buffer.byteLength(given))
  })
})
