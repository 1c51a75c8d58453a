import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDigestSchedule, type DigestSchedule, type DigestScheduleOptions } from '../../src/digest/schedule.ts'
import { openOutbox } from '../../src/notify/outbox.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'

const hour = 3_600_000
let now: number
let position: number | undefined
let made: string[]
let reports: string[]
let sent: Set<string>
let opened: DigestSchedule[]
let dir: ScratchDir

beforeEach(() => {
  now = Date.parse('2026-11-23T06:00:00+08:00')
  position = undefined
  made = []
  reports = []
  sent = new Set()
  opened = []
  dir = scratchDir()
})
afterEach(async () => {
  for (const one of opened) await one.stop()
  dir.remove()
})

const schedule = (more: Partial<DigestScheduleOptions> = {}): DigestSchedule => {
  const one = createDigestSchedule({
    at: '08:00',
    timezone: 'Asia/Shanghai',
    clock: () => now,
    sent: (date) => sent.has(date),
    send: async (date) => {
      made.push(date)
      sent.add(date)
    },
    position: () => position ?? now,
    report: (text) => void reports.push(text),
    ...more,
  })
  opened.push(one)
  return one
}

describe('the digest of a day', () => {
  it('goes out the next day at its time, once, however often it is looked at and started', async () => {
    const one = schedule()
    await one.look()
    expect(made).toEqual([])
    now += 2 * hour
    await Promise.all([one.look(), one.look()])
    await schedule().look()
    now += 12 * hour
    await schedule().look()
    expect(made).toEqual(['2026-11-22'])
    now += 12 * hour
    await one.look()
    expect(made).toEqual(['2026-11-22', '2026-11-23'])
    expect(reports).toEqual([])
  })

  it('goes out late where nothing ran at its time, and not for days long past', async () => {
    await schedule().look()
    now += 20 * 24 * hour + 15 * hour
    await schedule().look()
    expect(made).toEqual(['2026-12-12'])
  })

  it('is remembered by the outbox over a restart', async () => {
    const open = () =>
      openOutbox({
        directory: dir.path,
        send: async () => {},
        clock: () => now,
        report: (text) => void reports.push(text),
      })
    now += 3 * hour
    for (let start = 0; start < 3; start++) {
      const outbox = await open()
      await schedule({
        sent: (date) => outbox.has(`digest:${date}`),
        send: async (date) => {
          made.push(date)
          await outbox.add({ id: `digest:${date}`, date: now, subject: date, text: '', html: '' })
        },
      }).look()
      expect(await outbox.drain()).toBe(true)
      await outbox.close()
    }
    expect(made).toEqual(['2026-11-22'])
  })

  it('waits for a store that is away, and says so once', async () => {
    let away = true
    const one = schedule({
      send: async (date) => {
        if (away) throw new Error('the store does not answer')
        made.push(date)
        sent.add(date)
      },
    })
    now += 3 * hour
    for (let i = 0; i < 3; i++) await one.look()
    expect(reports).toEqual(['the digest of 2026-11-22 cannot be made and is tried again: the store does not answer'])
    away = false
    await one.look()
    await one.look()
    expect(made).toEqual(['2026-11-22'])
    expect(reports).toHaveLength(2)
  })

  it('waits until its day is read, but not for ever', async () => {
    const one = schedule()
    const midnight = Date.parse('2026-11-23T00:00:00+08:00')
    position = midnight - 1
    now += 2 * hour
    await one.look()
    expect(made).toEqual([])
    position = midnight
    await one.look()
    expect(made).toEqual(['2026-11-22'])
    position = midnight
    now += 24 * hour
    await one.look()
    expect(made).toEqual(['2026-11-22'])
    now += hour
    await one.look()
    expect(made).toEqual(['2026-11-22', '2026-11-23'])
  })

  it('is named by its own zone, in which it may be tomorrow already', async () => {
    const one = schedule({ at: '00:30' })
    now = Date.parse('2026-11-23T00:30:00+08:00')
    await one.look()
    expect(made).toEqual(['2026-11-22'])
  })

  it('goes out on a day whose clocks jump over its time', async () => {
    now = Date.parse('2026-03-29T00:59:00Z')
    const one = schedule({ timezone: 'Europe/Berlin', at: '02:30' })
    await one.look()
    expect(made).toEqual([])
    now += hour
    await one.look()
    expect(made).toEqual(['2026-03-28'])
  })
})
