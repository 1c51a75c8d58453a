import { describe, expect, it } from 'vitest'
import type { Transition } from '../../src/alert/alert.ts'
import type { RuleDefinition } from '../../src/alert/rule.ts'
import { access, compiled, day, hour, minute, noon, openShop, requests, type Shop } from './shop.ts'

const errors: RuleDefinition = {
  name: 'errors',
  kind: 'threshold',
  severity: 'P1',
  title: { en: 'Many errors', zh: '错误过多' },
  datasets: ['nginx.access'],
  over: '5m',
  share: 'http.response.status_code >= 500',
  above: 0.05,
}

const names = (told: readonly Transition[]): string[] => told.map(({ id }) => id)
const at = (minutes: number): number => noon + minutes * minute

/** Five minutes of traffic that begin `minutes` after noon, of which `bad` in a hundred fail. */
const five = (shop: Shop, minutes: number, bad: number): Promise<void> =>
  shop.write('nginx.access', requests(at(minutes), at(minutes + 5), 100, bad))

const firstTwo = ['errors@2026-11-23T12:00:00.000Z/fired', 'errors@2026-11-23T12:00:00.000Z/resolved']

describe('alerts', () => {
  it('are told once when they begin and once when they end', async () => {
    await using shop = await openShop()
    const scheduler = await shop.schedule(compiled(errors))
    await scheduler.look()
    await five(shop, 0, 50)
    await five(shop, 5, 60)
    await five(shop, 10, 0)
    for (let minutes = 1; minutes <= 20; minutes++) {
      shop.now = at(minutes)
      await scheduler.look()
    }
    expect(names(shop.told)).toEqual(firstTwo)
    expect(shop.told[0]!.alert).toMatchObject({
      id: 'errors',
      state: 'firing',
      since: noon,
      value: 0.5,
      limit: 0.05,
      title: { zh: '错误过多' },
      evidence: { from: noon, to: at(5), kql: 'http.response.status_code >= 500', datasets: ['nginx.access'] },
    })
    // The window ends at 5, and late records are waited for until 10 s after it.
    expect(shop.told[0]!.at).toBe(at(6))
    expect(shop.told[1]!.alert).toMatchObject({ state: 'resolved', since: noon, until: at(15), value: 0 })
    expect(scheduler.alerts()).toMatchObject([{ id: 'errors', state: 'resolved' }])
  })

  it('are neither skipped nor repeated by restarts, also in the middle of the windows that must agree', async () => {
    await using shop = await openShop()
    const rules = compiled({ ...errors, for: 2, clearFor: 2 })
    await (await shop.schedule(rules)).look()
    await five(shop, 0, 50)
    await five(shop, 5, 60)
    for (let minutes = 10; minutes <= 25; minutes += 5) await five(shop, minutes, 0)
    for (let minutes = 6; minutes <= 31; minutes += 5) {
      shop.now = at(minutes)
      await (await shop.schedule(rules)).look()
      await (await shop.schedule(rules)).look()
    }
    expect(names(shop.told)).toEqual(firstTwo)
    expect(shop.told.map((one) => one.at)).toEqual([at(11), at(21)])
  })

  it('of half an hour in which nothing ran are told afterwards', async () => {
    await using shop = await openShop()
    const rules = compiled(errors)
    await (await shop.schedule(rules)).look()
    await five(shop, 0, 50)
    await five(shop, 5, 0)
    await five(shop, 10, 50)
    shop.now = at(31)
    await (await shop.schedule(rules)).look()
    expect(names(shop.told)).toEqual([
      ...firstTwo,
      'errors@2026-11-23T12:10:00.000Z/fired',
      'errors@2026-11-23T12:10:00.000Z/resolved',
    ])
  })

  it('of long ago are recorded and not told, unless they still go on', async () => {
    await using shop = await openShop()
    const rules = compiled(errors, { ...errors, name: 'others', datasets: ['other.access'] })
    await (await shop.schedule(rules)).look()
    await five(shop, 0, 50)
    await five(shop, 5, 0)
    const rows = Array.from({ length: 96 }, (_, i) => access(at(i * 5), 500))
    await shop.write('other.access', rows)
    shop.now = at(8 * 60) + 20_000
    const scheduler = await shop.schedule(rules)
    await scheduler.look()
    expect(names(shop.told)).toEqual(['others@2026-11-23T12:00:00.000Z/fired'])
    expect(scheduler.alerts()).toMatchObject([
      { id: 'others', state: 'firing', announced: true },
      { id: 'errors', state: 'resolved', announced: false },
    ])
  })

  it('of more groups than anyone can read are cut off by the hour, and that is said once', async () => {
    await using shop = await openShop()
    const rules = compiled({ ...errors, by: ['url.path'] })
    const scheduler = await shop.schedule(rules, { mostPerHour: 3 })
    await scheduler.look()
    const paths = Array.from({ length: 8 }, (_, i) => `/path-${i}`)
    await shop.write(
      'nginx.access',
      paths.map((path, i) => access(noon + i, 500, { 'url.path': path })),
    )
    shop.now = at(6)
    await scheduler.look()
    expect(shop.told.map(({ kind }) => kind).sort()).toEqual(['fired', 'fired', 'fired', 'flood'])
    expect(scheduler.alerts()).toHaveLength(8)
    shop.told.length = 0
    shop.now = at(11)
    await scheduler.look()
    // Only who was told that it began is told that it ended.
    expect(shop.told.map(({ kind }) => kind)).toEqual(['resolved', 'resolved', 'resolved'])
  })

  it('of a rule that was removed end', async () => {
    await using shop = await openShop()
    await (await shop.schedule(compiled(errors))).look()
    await five(shop, 0, 50)
    shop.now = at(6)
    await (await shop.schedule(compiled(errors))).look()
    const scheduler = await shop.schedule(compiled({ ...errors, name: 'renamed' }))
    await scheduler.look()
    expect(shop.told.map(({ kind, alert }) => [kind, alert.id])).toEqual([
      ['fired', 'errors'],
      ['resolved', 'errors'],
      ['fired', 'renamed'],
    ])
    expect(shop.told[1]!.alert.explanation.en).toBe('The rule was removed')
  })

  it('go on while too few records still look as bad', async () => {
    await using shop = await openShop()
    const scheduler = await shop.schedule(compiled({ ...errors, atLeast: 20 }))
    await scheduler.look()
    await five(shop, 0, 50)
    await shop.write('nginx.access', requests(at(5), at(10), 10, 10))
    shop.now = at(11)
    await scheduler.look()
    expect(names(shop.told)).toEqual(firstTwo.slice(0, 1))
    await shop.write('nginx.access', requests(at(10), at(15), 10, 0))
    shop.now = at(16)
    await scheduler.look()
    expect(names(shop.told)).toEqual(firstTwo)
  })
})

describe('notifiers', () => {
  it('that fail are asked again until they took it, and the others are told once', async () => {
    await using shop = await openShop()
    const rules = compiled(errors)
    let away = true
    const pager: string[] = []
    const notifiers = new Map([
      [
        'pager',
        async ({ id }: Transition) => {
          if (away) throw new Error('no line')
          pager.push(id)
        },
      ],
      ['test', async (one: Transition) => void shop.told.push(one)],
    ])
    const scheduler = await shop.schedule(rules, { notifiers })
    await scheduler.look()
    await five(shop, 0, 50)
    shop.now = at(6)
    await scheduler.look()
    await scheduler.look()
    expect([pager, names(shop.told)]).toEqual([[], firstTwo.slice(0, 1)])
    expect(shop.reports).toEqual(["notifier 'pager' failed and is tried again: Error: no line"])
    away = false
    // Also when the process ended in between.
    const next = await shop.schedule(rules, { notifiers })
    await next.look()
    await next.look()
    expect([pager, names(shop.told)]).toEqual([firstTwo.slice(0, 1), firstTwo.slice(0, 1)])
    expect(next.undelivered).toBe(0)
  })

  it('are told only of rules that name them', async () => {
    await using shop = await openShop()
    const rules = compiled({ ...errors, notify: ['test'] })
    const scheduler = await shop.schedule(rules, {
      notifiers: new Map([
        ['test', async (one: Transition) => void shop.told.push(one)],
        [
          'other',
          async () => {
            throw new Error('not me')
          },
        ],
      ]),
    })
    await scheduler.look()
    await five(shop, 0, 50)
    shop.now = at(6)
    await scheduler.look()
    expect([shop.told.length, scheduler.undelivered]).toEqual([1, 0])
  })
})

describe('windows', () => {
  const silence: RuleDefinition = {
    name: 'silence',
    kind: 'threshold',
    severity: 'P2',
    title: 'Nothing comes',
    datasets: ['nginx.access'],
    over: '2m',
    below: 1,
  }

  it('wait for their records: what is read late is no silence', async () => {
    await using shop = await openShop()
    const scheduler = await shop.schedule(compiled(silence), { firstLook: 0 })
    await scheduler.look()
    shop.position = noon
    shop.now = at(5)
    await scheduler.look()
    await shop.write('nginx.access', requests(at(0), at(4), 4))
    shop.position = at(4) + 10_000
    await scheduler.look()
    expect(shop.told).toEqual([])
    expect(scheduler.status()).toMatchObject([{ judgedTo: at(4), last: { from: at(2), to: at(4), verdict: 'ok' } }])
  })

  it('that wait too long are behind, never right; that is an alert, and they are judged in the end', async () => {
    await using shop = await openShop()
    const verdicts: string[] = []
    const onVerdict = (_: string, verdict: string) => void verdicts.push(verdict)
    const scheduler = await shop.schedule(compiled(errors), { maxWait: 10 * minute, firstLook: 5 * minute, onVerdict })
    shop.now = noon + 10_000
    await scheduler.look()
    expect(verdicts).toEqual(['too_few'])
    await five(shop, 0, 50)
    shop.position = at(1)
    shop.now = at(14)
    await scheduler.look()
    expect(verdicts).toEqual(['too_few'])
    shop.now = at(16)
    await scheduler.look()
    await scheduler.look()
    expect(verdicts).toEqual(['too_few', 'behind', 'behind'])
    expect(shop.told).toMatchObject([
      { kind: 'fired', alert: { id: 'errors:not_judged', since: noon, severity: 'P2' } },
    ])
    expect(scheduler.status()[0]!.trouble).toContain('have not all been read yet')
    shop.position = undefined
    await scheduler.look()
    expect(shop.told.slice(1).map(({ kind, alert }) => [kind, alert.id])).toEqual([
      ['fired', 'errors'],
      ['resolved', 'errors'],
      ['resolved', 'errors:not_judged'],
    ])
  })

  it('are judged again when records come late, and only the difference is told', async () => {
    await using shop = await openShop()
    const scheduler = await shop.schedule(compiled(errors, silence), { firstLook: 0 })
    await scheduler.look()
    await five(shop, 0, 0)
    await five(shop, 5, 50)
    await five(shop, 15, 0)
    shop.now = at(21)
    await scheduler.look()
    const before = names(shop.told)
    expect(before.filter((id) => id.startsWith('errors'))).toEqual([
      'errors@2026-11-23T12:05:00.000Z/fired',
      'errors@2026-11-23T12:05:00.000Z/resolved',
    ])
    // Nothing between 10 and 15: silence from 10 to 14.
    expect(before.filter((id) => id.startsWith('silence'))).toEqual([
      'silence@2026-11-23T12:10:00.000Z/fired',
      'silence@2026-11-23T12:10:00.000Z/resolved',
    ])
    await shop.write('nginx.access', requests(at(10), at(15), 100, 100))
    await scheduler.look()
    await scheduler.look()
    // 12:05 was wrong and told; that it went on to 12:15 makes no second alert of it.
    expect(names(shop.told)).toEqual(before)
    await shop.write('nginx.access', requests(at(0), at(1), 100, 100))
    await scheduler.look()
    expect(names(shop.told)).toEqual(before)
    await shop.write('nginx.access', requests(at(16), at(17), 100, 100))
    await scheduler.look()
    await scheduler.look()
    // The last window was right and is wrong now: that is news.
    expect(names(shop.told).slice(before.length)).toEqual(['errors@2026-11-23T12:15:00.000Z/fired'])
  })

  it('that turn out to be wrong when nothing was told of them before are told', async () => {
    await using shop = await openShop()
    const scheduler = await shop.schedule(compiled(errors), { firstLook: 0 })
    await scheduler.look()
    for (const minutes of [0, 5, 10, 15]) await five(shop, minutes, 0)
    shop.now = at(21)
    await scheduler.look()
    expect(shop.told).toEqual([])
    await shop.write('nginx.access', requests(at(6), at(7), 100, 100))
    await scheduler.look()
    await scheduler.look()
    expect(names(shop.told)).toEqual([
      'errors@2026-11-23T12:05:00.000Z/fired',
      'errors@2026-11-23T12:05:00.000Z/resolved',
    ])
    expect(shop.told[1]!.alert).toMatchObject({ until: at(15) })
  })

  it('before the first look are left alone, and those that were missed for months are said to be', async () => {
    await using shop = await openShop()
    await shop.write('nginx.access', requests(noon - 2 * hour, noon - hour, 100, 100))
    const rules = compiled(errors)
    await (await shop.schedule(rules)).look()
    expect(shop.told).toEqual([])
    shop.now = noon + 90 * day
    await (await shop.schedule(rules)).look()
    expect(shop.reports).toEqual([
      expect.stringMatching(/rule 'errors' was not judged from 2026-11-23T11:55.* to 2027-01-21/),
    ])
  })
})

describe('a rule that cannot be asked', () => {
  it('does not stop the others, is told as an alert when it lasts, and misses no window', async () => {
    await using shop = await openShop()
    let broken = true
    const faulty: Shop['store'] = Object.create(shop.store, {
      aggregate: {
        value: (question: Parameters<Shop['store']['aggregate']>[0], signal: AbortSignal) =>
          broken && question.datasets?.[0] === 'other.access'
            ? Promise.reject(new Error('no shard available'))
            : shop.store.aggregate(question, signal),
      },
    })
    const rules = compiled({ ...errors, name: 'others', datasets: ['other.access'] }, errors)
    broken = false
    const scheduler = await shop.schedule(rules, { store: faulty, maxWait: 10 * minute })
    await scheduler.look()
    broken = true
    await five(shop, 0, 50)
    await shop.write('other.access', [access(noon, 500)])
    for (const minutes of [6, 11, 17, 18]) {
      shop.now = at(minutes)
      await scheduler.look()
    }
    expect(shop.told.map(({ kind, alert }) => [kind, alert.id])).toEqual([
      ['fired', 'errors'],
      ['resolved', 'errors'],
      ['fired', 'others:not_judged'],
    ])
    expect(shop.reports).toEqual(["rule 'others' is not judged: no shard available"])
    broken = false
    await scheduler.look()
    expect(shop.told.slice(3).map(({ kind, alert }) => [kind, alert.id, alert.since])).toEqual([
      ['fired', 'others', noon],
      ['resolved', 'others', noon],
      ['resolved', 'others:not_judged', expect.any(Number)],
    ])
  })
})

describe('a run that ends', () => {
  it('judges everything there is by event time, the unfinished window too', async () => {
    await using shop = await openShop()
    const old = noon - 40 * day
    await shop.write('nginx.access', requests(old, old + 5 * minute, 100, 100))
    await shop.write('nginx.access', requests(old + 5 * minute, old + 10 * minute, 100, 0))
    await shop.write('nginx.access', requests(old + 10 * minute, old + 11 * minute, 50, 50))
    const quiet: RuleDefinition = {
      name: 'quiet',
      kind: 'threshold',
      severity: 'P3',
      title: 'Little comes',
      datasets: ['nginx.access'],
      over: '5m',
      below: 60,
    }
    const scheduler = await shop.schedule(compiled(errors, quiet))
    await scheduler.evaluateOnce()
    expect(shop.told.map(({ kind, alert }) => [kind, alert.id, (alert.since - old) / minute])).toEqual([
      ['fired', 'errors', 0],
      ['resolved', 'errors', 0],
      ['fired', 'errors', 10],
    ])
    // More of the unfinished window, in a second run: it goes on, and nobody is told again.
    shop.told.length = 0
    await shop.write('nginx.access', requests(old + 12 * minute, old + 18 * minute, 50, 50))
    const next = await shop.schedule(compiled(errors, quiet))
    await next.evaluateOnce()
    expect(shop.told.map(({ kind, alert }) => [kind, alert.id])).toEqual([])
    expect(next.alerts()).toMatchObject([
      { id: 'errors', state: 'firing' },
      { id: 'errors', state: 'resolved' },
    ])
  })

  it('does nothing where there is nothing', async () => {
    await using shop = await openShop()
    const scheduler = await shop.schedule(compiled(errors))
    await scheduler.evaluateOnce()
    expect(scheduler.alerts()).toEqual([])
  })
})
