import { expect, test } from 'vitest'
import { createMemo } from '../../src/transform/memo.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const counted = (most: number) => {
  const made: string[] = []
  const memo = createMemo(most, (memory, start, end) => {
    const text = Buffer.from(memory.subarray(start, end)).toString()
    made.push(text)
    return text
  })
  const of = (text: string): string => {
    const padded = bytes(`<${text}>`)
    return memo.of(padded, 1, padded.length - 1)
  }
  return { memo, made, of }
}

test('a value is worked out once, whichever memory it lies in', () => {
  const { made, of } = counted(100)
  const texts = Array.from({ length: 60 }, (_, i) => 'x'.repeat(i))
  for (let turn = 0; turn < 3; turn++) for (const text of texts) expect(of(text)).toBe(text)
  expect(made).toEqual(texts)
})

test('values that differ in one byte are told apart', () => {
  const { of } = counted(10_000)
  for (let length = 1; length < 40; length++)
    for (let i = 0; i < length; i++) {
      const text = `${'a'.repeat(i)}b${'a'.repeat(length - i - 1)}`
      expect(of(text)).toBe(text)
    }
})

test('what is used stays, what is not is forgotten, and the answers are right all along', () => {
  const { made, of } = counted(50)
  for (let i = 0; i < 5000; i++) {
    expect(of('always')).toBe('always')
    expect(of(`once ${i}`)).toBe(`once ${i}`)
  }
  expect(made.filter((text) => text === 'always')).toHaveLength(1)
  expect(of('once 0')).toBe('once 0')
  expect(made.filter((text) => text === 'once 0')).toHaveLength(2)
})

test('after it is cleared everything is worked out anew', () => {
  const { memo, made, of } = counted(10)
  of('a')
  memo.clear()
  of('a')
  expect(made).toEqual(['a', 'a'])
})

test('very long values are answered and not kept', () => {
  const { made, of } = counted(10)
  const long = 'y'.repeat(5000)
  expect(of(long)).toBe(long)
  expect(of(long)).toBe(long)
  expect(made).toHaveLength(2)
})
