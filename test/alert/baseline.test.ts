import { describe, expect, it } from 'vitest'
import { baselineOf, deviationOf } from '../../src/alert/anomaly/baseline.ts'

describe('the baseline', () => {
  it('is the median, also of an even number of values', () => {
    expect(baselineOf([9, 1, 5], 'other').median).toBe(5)
    expect(baselineOf([9, 1, 5, 6], 'other').median).toBe(5.5)
  })

  it('scales the median absolute deviation to a standard deviation', () => {
    // Deviations from 100: 20 10 0 10 20; their median is 10.
    const found = baselineOf([80, 90, 100, 110, 120], 'other')
    expect(found).toMatchObject({ median: 100, size: 5 })
    expect(found.spread).toBeCloseTo(14.826, 9)
  })

  it('is not moved by an incident in the history', () => {
    expect(baselineOf([95, 96, 94, 95, 5000, 97, 93], 'count').median).toBe(95)
  })

  it('never takes counts for steadier than chance makes them', () => {
    expect(baselineOf([81, 81, 81, 81], 'count').spread).toBe(9)
    expect(baselineOf([0, 0, 0], 'count').spread).toBe(1)
    expect(baselineOf([200, 200, 200], 'other').spread).toBe(10)
  })
})

describe('a deviation', () => {
  const baseline = { median: 95, spread: 9, size: 12 }

  it('counts in spreads', () => {
    const found = deviationOf(410, baseline, { direction: 'both', sensitivity: 6, atLeast: 0 })
    expect(found).toEqual({ score: 35, limit: 149, beyond: true })
  })

  it('looks only to the side it is told', () => {
    const tolerance = { sensitivity: 6, atLeast: 0 }
    expect(deviationOf(0, baseline, { direction: 'up', ...tolerance }).beyond).toBe(false)
    expect(deviationOf(0, baseline, { direction: 'down', ...tolerance })).toMatchObject({ limit: 41, beyond: true })
    expect(deviationOf(410, baseline, { direction: 'down', ...tolerance }).beyond).toBe(false)
    expect(deviationOf(0, baseline, { direction: 'both', ...tolerance })).toMatchObject({ limit: 41, beyond: true })
  })

  it('ignores differences too small to matter', () => {
    expect(
      deviationOf(3, { median: 0, spread: 0.1, size: 9 }, { direction: 'up', sensitivity: 6, atLeast: 5 }),
    ).toEqual({
      score: 30,
      limit: 5,
      beyond: false,
    })
  })
})
