import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inferGrammar } from '../../src/service/infer.ts'
import { labelledFile, learned, mined } from './grouping.ts'

const folder = join(import.meta.dirname, '../../fixtures/messages')
const sets = readdirSync(folder).map((file) => ({
  name: file.replace(/\.tsv.*/, ''),
  ...labelledFile(join(folder, file)),
}))

/** What each must reach, and the mean of all. */
const floor = 0.86
const mean = 0.92

describe('messages of real programs, by the statement that wrote them', () => {
  for (const { name, whole, messages } of sets)
    test(`of ${name} are told from each other, with what stands before them and without`, () => {
      expect(mined(messages).accuracy).toBeGreaterThanOrEqual(floor)
      expect(mined(whole).accuracy).toBeGreaterThanOrEqual(floor)
      expect(learned(messages).accuracy).toBeGreaterThanOrEqual(0.75)
    })

  test('are told from each other in the mean', () => {
    const accuracies = sets.map(({ whole }) => mined(whole).accuracy)
    expect(accuracies.reduce((sum, one) => sum + one, 0) / sets.length).toBeGreaterThanOrEqual(mean)
  })

  for (const { name, whole } of sets)
    test(`of ${name} make a grammar that reads each line of theirs`, async () => {
      const lines = whole.lines.slice(0, 400)
      const { text, records, fitting } = await inferGrammar(lines, 'shop.log')
      expect({ records, fitting }).toEqual({ records: lines.length, fitting: lines.length })
      expect(text).toContain("word('log.level')")
    })
})
