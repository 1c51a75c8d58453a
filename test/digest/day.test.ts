import { describe, expect, it } from 'vitest'
import { dateOf, dayOf } from '../../src/digest/day.ts'

const hour = 3_600_000
const hours = ({ from, to }: { readonly from: number; readonly to: number }): number => (to - from) / hour
const at = (text: string): number => Date.parse(text)

describe('a day', () => {
  it('is a calendar day of its zone', () => {
    const day = dayOf('2026-11-22', 'Asia/Shanghai', at('2026-11-23T00:00:00Z'))
    expect(new Date(day.from).toISOString()).toBe('2026-11-21T16:00:00.000Z')
    expect(new Date(day.to).toISOString()).toBe('2026-11-22T16:00:00.000Z')
    expect(day.soFar).toBe(false)
    expect(day.before).toEqual({ from: day.from - 24 * hour, to: day.from })
  })

  it('has 23 hours where the clocks go forward and 25 where they go back', () => {
    const now = at('2026-12-01T00:00:00Z')
    expect(hours(dayOf('2026-03-29', 'Europe/Berlin', now))).toBe(23)
    expect(hours(dayOf('2026-10-25', 'Europe/Berlin', now))).toBe(25)
    expect(hours(dayOf('2026-10-26', 'Europe/Berlin', now).before)).toBe(25)
    // Clocks that go forward at midnight: the day begins at one.
    expect(hours(dayOf('2026-04-24', 'Africa/Cairo', now))).toBe(23)
  })

  it('that is not over ends now, and is held against as much of the day before', () => {
    const now = at('2026-11-22T10:30:00Z')
    const day = dayOf('2026-11-22', 'UTC', now)
    expect(day).toMatchObject({ to: now, soFar: true })
    expect(day.before).toEqual({ from: at('2026-11-21T00:00:00Z'), to: at('2026-11-21T10:30:00Z') })
  })

  it('by the clock, on the day after the clocks went back', () => {
    const day = dayOf('2026-10-26', 'Europe/Berlin', at('2026-10-26T09:00:00Z'))
    expect(hours(day)).toBe(10)
    expect(hours(day.before)).toBe(11)
  })

  it.each([
    ['2026-02-30', 'there is no day 2026-02-30'],
    ['22.11.2026', "'22.11.2026' is no date: write it as 2026-11-22"],
    ['2026-11-22\r\nBcc: x', 'is no date: write it as 2026-11-22'],
    ['2026-11-23', '2026-11-23 has not begun yet'],
  ])('%j is refused', (date, why) => {
    expect(() => dayOf(date, 'UTC', at('2026-11-22T10:30:00Z'))).toThrow(why)
  })

  it('is named by the clock of its zone', () => {
    const now = at('2026-11-22T17:00:00Z')
    expect([dateOf(now, 'UTC'), dateOf(now, 'Asia/Shanghai'), dateOf(now, 'Asia/Shanghai', -1)]).toEqual([
      '2026-11-22',
      '2026-11-23',
      '2026-11-22',
    ])
  })
})
