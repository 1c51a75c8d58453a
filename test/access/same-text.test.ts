import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { sameText } from '../../src/access/same-text.ts'

test.prop([fc.string(), fc.string()])('texts are the same where they are equal', (a, b) => {
  expect(sameText(a, a)).toBe(true)
  expect(sameText(a, b)).toBe(a === b)
})
