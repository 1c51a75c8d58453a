import { describe, expect, it } from 'vitest'
import type { WindowVerdict } from '../../src/alert/alert.ts'
import type { CompiledRule } from '../../src/alert/compile.ts'
import { access, compiled, minute, none, noon, openShop, requests, type Shop } from './shop.ts'

const common = { severity: 'P1', title: 'A title', datasets: ['nginx.access'], over: '5m' } as const
const share = { ...common, name: 'errors', kind: 'threshold', share: 'http.response.status_code >= 500' } as const

const verdicts = async (shop: Shop, rule: CompiledRule, since: number, until: number): Promise<WindowVerdict[]> => {
  const scheduler = await shop.schedule([rule])
  return Array.fromAsync(scheduler.evaluateRange(rule, since, until, none))
}

describe('a threshold rule', () => {
  it('tells the share of records that match, window by window', async () => {
    await using shop = await openShop()
    shop.now = noon + 60 * minute
    await shop.write('nginx.access', [
      ...requests(noon, noon + 5 * minute, 100, 5),
      ...requests(noon + 5 * minute, noon + 10 * minute, 100, 6),
      ...requests(noon + 10 * minute, noon + 15 * minute, 19, 19),
    ])
    const [rule] = compiled({ ...share, above: 0.05, atLeast: 20 })
    const found = await verdicts(shop, rule!, noon, noon + 20 * minute)
    expect(found.map(({ from, verdict, groups }) => [(from - noon) / minute, verdict, groups[0]!.value])).toEqual([
      [0, 'ok', 0.05],
      [5, 'firing', 0.06],
      [10, 'too_few', 1],
      [15, 'too_few', null],
    ])
    expect(found[1]!.groups[0]).toMatchObject({
      limit: 0.05,
      records: 100,
      explanation: {
        en: '6% of 100 records in 5 min match http.response.status_code >= 500; the limit is 5%',
        zh: '5 分钟内 100 条记录中有 6% 符合 http.response.status_code >= 500；限值为 5%',
      },
      kql: 'http.response.status_code >= 500',
    })
    expect(found[2]!.groups[0]!.beyond).toBe(true)
    expect(found[3]!.groups[0]!.beyond).toBe(false)
  })

  it('judges each group by itself, and names it in the query that shows its records', async () => {
    await using shop = await openShop()
    shop.now = noon + 60 * minute
    await shop.write('nginx.access', [
      ...Array.from({ length: 10 }, (_, i) => access(noon + i, i < 5 ? 500 : 200, { 'url.path': '/pay "now"' })),
      ...Array.from({ length: 40 }, (_, i) => access(noon + i, i < 2 ? 500 : 200, { 'url.path': '/' })),
      access(noon, 500),
    ])
    const [rule] = compiled({ ...share, where: 'http.response.status_code: *', above: 0.3, by: ['url.path'] })
    const [window] = await verdicts(shop, rule!, noon, noon + 5 * minute)
    const byPath = new Map(window!.groups.map((group) => [group.group['url.path'], group]))
    expect([...byPath].map(([path, { value, verdict }]) => [path, value, verdict])).toEqual(
      expect.arrayContaining([
        ['/pay "now"', 0.5, 'firing'],
        ['/', 0.05, 'ok'],
        [null, 1, 'firing'],
      ]),
    )
    expect(byPath.get('/pay "now"')!.kql).toBe(
      '(http.response.status_code: *) and (http.response.status_code >= 500) and url.path: "/pay \\"now\\""',
    )
    expect(new Set(window!.groups.map(({ key }) => key)).size).toBe(3)
  })

  it('sees that nothing comes at all', async () => {
    await using shop = await openShop()
    shop.now = noon + 60 * minute
    await shop.write('nginx.access', requests(noon, noon + 5 * minute, 3))
    const [rule] = compiled({ ...common, name: 'silence', kind: 'threshold', below: 1 })
    const found = await verdicts(shop, rule!, noon, noon + 10 * minute)
    expect(found.map(({ verdict, groups }) => [verdict, groups[0]!.value])).toEqual([
      ['ok', 3],
      ['firing', 0],
    ])
  })

  it('judges a figure of a field, in the units of the field', async () => {
    await using shop = await openShop()
    shop.now = noon + 60 * minute
    await shop.write(
      'nginx.access',
      [1, 2, 3].map((seconds, i) => access(noon + i, 200, { 'event.duration': seconds * 1e9 })),
    )
    const metric = { kind: 'avg', field: 'event.duration' } as const
    const [rule] = compiled({ ...common, name: 'slow', kind: 'threshold', metric, above: 1.5e9 })
    const [window] = await verdicts(shop, rule!, noon, noon + 5 * minute)
    expect(window).toMatchObject({ verdict: 'firing', groups: [{ value: 2e9 }] })
    expect(window!.groups[0]!.explanation.en).toBe(
      'avg(event.duration) is 2 s over 5 min (3 records); the limit is 1.5 s',
    )
  })
})
