import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { tokensBound, tokensOfText, writeTokens } from '../../src/query/tokens.ts'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'

const a = (count: number) => 'a'.repeat(count)

const texts: readonly (readonly [text: string, tokens: readonly string[]])[] = [
  ['', []],
  ['!!! ... ---', []],
  ['GET /api/orders/7?x=1', ['get', 'api', 'orders', '7', 'x', '1']],
  ['a:b foo.bar 1,2 1.a a.1', ['a:b', 'foo.bar', '1,2', '1', 'a', 'a', '1']],
  ['O\'Neil o’neil a"b', ["o'neil", 'o’neil', 'a', 'b']],
  ['10.0.0.1:8080 2026-11-23T08:00:00.5', ['10.0.0.1', '8080', '2026', '11', '23t08', '00', '00.5']],
  ['__ _a_ a_.b _', ['_a_', 'a_', 'b']],
  ['.a. a..b a.', ['a', 'a', 'b', 'a']],
  ['订单支付失败,用户A组', ['订', '单', '支', '付', '失', '败', '用', '户', 'a', '组']],
  ['ひらカタカナー 한국어abc ไทยภาษา', ['ひ', 'ら', 'カタカナー', '한국어abc', 'ไทยภาษา']],
  ['人々 １２,３ ｶﾀｶﾅﾞ', ['人', '々', '１２,３', 'ｶﾀｶﾅﾞ']],
  ['👍🏽 ok 👨‍👩‍👧 🇨🇳🇨 #️⃣ * ① ★☆', ['👍🏽', 'ok', '👨‍👩‍👧', '🇨🇳', '#️⃣', '★']],
  ['foo\u00adbar foo\u200bbar \u0301a e\u0301t', ['foo\u00adbar', 'foo', 'bar', 'a', 'e\u0301t']],
  ['ÉTÉ STRAßE İ ΑΣ Ⓐ', ['été', 'straße', 'i', 'ας'.replace('ς', 'σ'), 'ⓐ']],
  [a(255), [a(255)]],
  [a(256), [a(255), 'a']],
  [`${a(254)}.b`, [a(254), 'b']],
  [`${a(600)} b`, [a(255), a(255), a(90), 'b']],
  [`${'_'.repeat(300)}a`, [`${'_'.repeat(254)}a`]],
  [`é${a(300)}`, [`é${a(254)}`, a(46)]],
  ['𠀀𠀁 x', ['𠀀', '𠀁', 'x']],
  ['xxx\n\ty', ['xxx', 'y']],
]

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

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`the standard analyzer of ${kind}`, () => {
    test('finds the same', { timeout: 300_000 }, async () => {
      const { url } = await engine(kind)
      for (const [text, tokens] of texts) {
        const answer = await fetch(`${url}/_analyze`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ analyzer: 'standard', text }),
        })
        const { tokens: found } = (await answer.json()) as { tokens: { token: string; position: number }[] }
        expect(found.map(({ token }) => token)).toEqual(tokens)
        expect(found.map(({ position }) => position)).toEqual(tokens.map((_, i) => i))
      }
    })
  })
