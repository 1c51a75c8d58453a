import { describe, expect, it } from 'vitest'
import type { WindowVerdict } from '../../src/alert/alert.ts'
import type { AnomalyRule } from '../../src/alert/rule.ts'
import { access, compiled, day, hour, minute, none, noon, openShop, requests, type Shop } from './shop.ts'

const volume: AnomalyRule = {
  name: 'volume',
  kind: 'anomaly',
  severity: 'P2',
  title: 'A title',
  datasets: ['nginx.access'],
  over: '30m',
  metric: { kind: 'count' },
}

const judge = async (shop: Shop, definition: AnomalyRule, since: number, until: number): Promise<WindowVerdict[]> => {
  shop.now = Math.max(shop.now, until)
  const [rule] = compiled(definition)
  const scheduler = await shop.schedule([rule!])
  return Array.fromAsync(scheduler.evaluateRange(rule!, since, until, none))
}

/** At noon of each of `days` days before: `per` requests in each half hour; and something an hour before, so that the hours are whole. */
const history = (days: number, per: readonly number[]) =>
  Array.from({ length: days }, (_, back) => noon - (back + 1) * day).flatMap((start, i) => [
    access(start - hour, 200),
    ...requests(start, start + 30 * minute, per[i % per.length]!),
    ...requests(start + 30 * minute, start + hour, per[i % per.length]!),
  ])

describe('an anomaly rule', () => {
  it('compares a window with the same hour of earlier days, and tells the numbers', async () => {
    await using shop = await openShop()
    await shop.write('nginx.access', history(5, [80, 90, 100, 110, 120]))
    await shop.write('nginx.access', requests(noon, noon + 30 * minute, 412))
    await shop.write('nginx.access', requests(noon + 30 * minute, noon + hour, 115))
    const [high, usual] = await judge(shop, volume, noon, noon + hour)
    // Ten values, two of each: median 100, deviations 20 10 0 10 20, MAD 10, spread 14.826; limit 100 + 6 × 14.826.
    expect(high).toMatchObject({ verdict: 'firing', groups: [{ value: 412 }] })
    expect(high!.groups[0]!.limit).toBeCloseTo(188.956, 9)
    expect(high!.groups[0]!.explanation).toEqual({
      en: '412 records in 30 min; usual for 12:00 is 100 (median of 5 days, typical spread 14.8); 21 spreads above',
      zh: '30 分钟内有 412 条记录；12:00 时段通常为 100（5 天的中位数，通常波动 14.8）；高出 21 倍波动',
    })
    expect(usual!.verdict).toBe('ok')
  })

  it('sees that the requests stopped', async () => {
    await using shop = await openShop()
    await shop.write('nginx.access', history(4, [100]))
    const [window] = await judge(shop, volume, noon, noon + 30 * minute)
    // Spread: the root of 100, for all days are the same.
    expect(window).toMatchObject({ verdict: 'firing', groups: [{ value: 0, limit: 40 }] })
    expect(window!.groups[0]!.explanation.en).toContain('10 spreads below')
  })

  it('takes hours without matching records for zero, and days that were not followed for nothing', async () => {
    await using shop = await openShop()
    await shop.write('nginx.access', history(6, [100]))
    await shop.write('nginx.access', requests(noon, noon + 30 * minute, 100, 30))
    const errors = { ...volume, name: 'errors', where: 'http.response.status_code >= 500' }
    const [window] = await judge(shop, errors, noon, noon + 30 * minute)
    expect(window!.groups[0]).toMatchObject({ verdict: 'firing', value: 30, limit: 6 })
    expect(window!.groups[0]!.explanation.en).toContain('usual for 12:00 is 0 (median of 6 days, typical spread 1)')
  })

  it('compares with the windows before while there are fewer than three days', async () => {
    await using shop = await openShop()
    const five = { ...volume, over: '5m' }
    const before = Array.from({ length: 14 }, (_, i) => noon - (14 - i) * 5 * minute)
    await shop.write(
      'nginx.access',
      before.flatMap((at) => requests(at, at + 5 * minute, 16)),
    )
    await shop.write('nginx.access', requests(noon, noon + 5 * minute, 60))
    const [window] = await judge(shop, five, noon, noon + 5 * minute)
    // Thirteen whole windows (the first may have begun in the middle): median 16, spread √16.
    expect(window).toMatchObject({ verdict: 'firing', groups: [{ value: 60, limit: 40 }] })
    expect(window!.groups[0]!.explanation.en).toBe(
      '60 records in 5 min; usual in the 1 h 5 min before is 16 (median of 13 windows, typical spread 4); 11 spreads above',
    )
  })

  it('learns while there is too little to compare with', async () => {
    await using shop = await openShop()
    const before = Array.from({ length: 12 }, (_, i) => noon - (12 - i) * 5 * minute)
    await shop.write(
      'nginx.access',
      before.flatMap((at) => requests(at, at + 5 * minute, 16)),
    )
    await shop.write('nginx.access', requests(noon, noon + 5 * minute, 600))
    const [window] = await judge(shop, { ...volume, over: '5m' }, noon, noon + 5 * minute)
    expect(window!.verdict).toBe('learning')
  })

  it('sees a group that fell silent', async () => {
    await using shop = await openShop()
    const rows = history(4, [100]).map((row, i) => ({ ...row, 'url.path': i % 2 === 0 ? '/a' : '/b' }))
    await shop.write('nginx.access', rows)
    await shop.write(
      'nginx.access',
      requests(noon, noon + 30 * minute, 50).map((row) => ({ ...row, 'url.path': '/a' })),
    )
    const [window] = await judge(shop, { ...volume, by: ['url.path'] }, noon, noon + 30 * minute)
    const verdicts = window!.groups.map(({ group, verdict, value }) => [group['url.path'], verdict, value])
    expect(verdicts).toEqual([
      ['/a', 'ok', 50],
      ['/b', 'firing', 0],
    ])
  })
})
