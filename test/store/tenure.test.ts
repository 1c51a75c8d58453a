import { expect, test } from 'vitest'
import { applyProgress, createProgressState, endOfTenure, snapshotProgress } from '../../src/store/ledger.ts'

const empty = { checkpoints: {}, ledger: [], earliest: {} }

test('what one that read before keeps is void from where the next began, over a snapshot too, until it reads again', () => {
  const state = createProgressState()
  const to = (offset: number) => applyProgress(state, { ...empty, checkpoints: { k: offset } })
  applyProgress(state, { ...empty, tenure: 'a' })
  to(100)
  applyProgress(state, { ...empty, tenure: 'b' })
  to(300)
  const copy = createProgressState()
  applyProgress(copy, snapshotProgress(state, 0))
  for (const one of [state, copy]) {
    expect(endOfTenure(one, 'a')).toEqual(new Map([['k', 100]]))
    // Its own checkpoint is what counts of whoever reads now.
    expect(endOfTenure(one, 'b')).toEqual(new Map([['k', 300]]))
  }
  applyProgress(state, { ...empty, tenure: 'a' })
  expect(endOfTenure(state, 'a')).toEqual(new Map([['k', 300]]))
  expect(endOfTenure(state, 'b')).toEqual(new Map([['k', 300]]))
  applyProgress(state, { ...empty, tenure: 'a' })
  expect(state.ended).toEqual(new Map([['b', { k: 300 }]]))
})
