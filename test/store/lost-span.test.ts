import { expect, test } from 'vitest'
import { applyProgress, createProgressState, type LostSpan, snapshotProgress } from '../../src/store/ledger.ts'
import { unstated, within, without } from '../../src/store/lost-span.ts'

const span = (from: number, to: number, key = 'k', at = 1): LostSpan => ({
  key,
  source: 'app',
  path: '/a',
  from,
  to,
  at,
})
const ranges = (spans: readonly LostSpan[]) => spans.map(({ from, to }) => [from, to])
const record = { checkpoints: {}, ledger: [], earliest: {} }

test('what is stated again after a crash is stated once, what is found again no more', () => {
  const stated = [span(10, 20), span(30, 40), span(0, 100, 'other')]
  expect(ranges(unstated(stated, span(5, 50)))).toEqual([
    [5, 10],
    [20, 30],
    [40, 50],
  ])
  expect(unstated(stated, span(12, 18))).toEqual([])
  expect(ranges(within(stated, { key: 'k', from: 15, to: 35 }))).toEqual([
    [15, 20],
    [30, 35],
  ])
  expect(ranges(without(stated, { key: 'k', from: 15, to: 35 }))).toEqual([
    [10, 15],
    [35, 40],
    [0, 100],
  ])
})

test('lost ranges and checkpoints set back are in the account, and in what stands for it', () => {
  const state = createProgressState()
  applyProgress(state, { ...record, checkpoints: { k: 50, gone: 7 }, lost: [span(50, 60), span(80, 90)] })
  applyProgress(state, { ...record, regained: [{ key: 'k', from: 55, to: 85 }] })
  applyProgress(state, { ...record, checkpoints: { k: 10 }, rewound: { k: 50 } })
  applyProgress(state, { ...record, retired: { gone: 3 } })
  const again = createProgressState()
  applyProgress(again, JSON.parse(JSON.stringify(snapshotProgress(state, 0))))
  for (const one of [state, again]) {
    expect(ranges(one.lost)).toEqual([
      [50, 55],
      [85, 90],
    ])
    expect([...one.checkpoints]).toEqual([['k', 10]])
    expect([...one.rewound]).toEqual([['k', 50]])
    expect(one.retiredRecords).toBe(3)
    applyProgress(one, { ...record, checkpoints: { k: 49 } })
    expect(one.rewound.size).toBe(1)
    applyProgress(one, { ...record, checkpoints: { k: 50 } })
    expect(one.rewound.size).toBe(0)
  }
  snapshotProgress(state, 2)
  expect(state.lost).toEqual([])
})
