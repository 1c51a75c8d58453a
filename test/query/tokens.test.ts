import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { tokensBound, tokensOfText, writeTokens } from '../../src/query/tokens.ts'
import { texts } from './analyzed-texts.ts'

describe('the tokens of a text', () => {
  test.for(texts)('%j', ([text, tokens]) => expect(tokensOfText(text)).toEqual(tokens))

  test('never take more room than was said, and touch nothing beyond it', () => {
    for (const text of [
      ...texts.map(([text]) => text),
      'Ⱥ'.repeat(100),
      '中'.repeat(100),
      '©'.repeat(9),
      'a '.repeat(50),
    ]) {
      const bytes = new TextEncoder().encode(text)
      const bound = tokensBound(bytes.length)
      const out = new Uint8Array(bound + 1).fill(0xee)
      expect(writeTokens(bytes, 0, bytes.length, out, 0)).toBeLessThanOrEqual(bound)
      expect(out[bound]).toBe(0xee)
    }
  })

  property.prop([
    fc.string({ unit: fc.constantFrom(...'aZ9_.:,;\'"- #\n'), maxLength: 40 }),
    fc.constantFrom(0, 250, 300),
  ])('are the same whether or not the text has a character beyond ASCII', (tail, run) => {
    const text = `${'_a'.repeat(run / 2)}${tail}`
    expect([...tokensOfText(text), '中']).toEqual(tokensOfText(`${text} 中`))
  })

  test('are those of the part of the memory that was named', () => {
    const bytes = new TextEncoder().encode('one two three')
    const out = new Uint8Array(40)
    const end = writeTokens(bytes, 2, 9, out, 5)
    expect(new TextDecoder().decode(out.subarray(5, end))).toBe(' e two t ')
  })
})
