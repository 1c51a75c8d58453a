import { expect, it } from 'vitest'
import { parse, stringify } from '../../src/store/stringify.ts'

it('whole numbers beyond 2^53 are written and read exact', () => {
  const text = '{"id":1234567890123456789,"list":[-9223372036854775808,1],"small":9007199254740991}'
  const value = parse(text)
  expect(value).toEqual({ id: 1234567890123456789n, list: [-9223372036854775808n, 1], small: 9007199254740991 })
  expect(stringify(value)).toBe(text)
})

it('fractions, exponents and digits inside text are left as they are', () => {
  const text = '{"a":0.1234567890123456789,"b":1e30,"c":"12345678901234567890","d":null}'
  expect(parse(text)).toEqual({ a: 0.12345678901234568, b: 1e30, c: '12345678901234567890', d: null })
})

it('what is no JSON throws', () => {
  expect(() => parse('{"id":12345678901234567890')).toThrow(SyntaxError)
})
