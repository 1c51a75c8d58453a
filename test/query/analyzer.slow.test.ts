import { expect, test } from 'vitest'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { texts } from './analyzed-texts.ts'

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
