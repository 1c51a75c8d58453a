import { expect, it } from 'vitest'
import type { Row } from '../support/batch.ts'
import { compiled, minute, none, noon, openShop } from './shop.ts'

const run = (at: number, seconds: number, digest: string, more: Row = {}): Row => ({
  '@timestamp': at,
  'event.duration': seconds * 1e9,
  'mysql.slowlog.digest': digest,
  'mysql.slowlog.fingerprint': `select * from ${digest} where id = ?`,
  'mysql.slowlog.schema': 'shop',
  'user.name': 'app',
  ...more,
})

it('tells slow statements by fingerprint, with what they took and who ran the slowest', async () => {
  await using shop = await openShop()
  shop.now = noon + 10 * minute
  await shop.write('mysql.slowlog', [
    run(noon, 1, 'AAAA'),
    run(noon + 1, 2, 'AAAA'),
    run(noon + 2, 6, 'AAAA', { 'user.name': 'report\u001b[31m', 'mysql.slowlog.schema': 'ware' }),
    run(noon + 3, 1.5, 'BBBB'),
    run(noon + 4, 9, 'CCCC'),
    { '@timestamp': noon + 5, 'event.duration': 1e12 },
  ])
  const [rule] = compiled({
    name: 'slow_queries',
    kind: 'slow_query',
    severity: 'P2',
    title: 'Slow statement',
    datasets: ['mysql.slowlog'],
    over: '5m',
    slowerThan: '2s',
    atLeast: 2,
  })
  const scheduler = await shop.schedule([rule!])
  const [window] = await Array.fromAsync(scheduler.evaluateRange(rule!, noon, noon + 5 * minute, none))
  const verdicts = window!.groups.map(({ key, verdict, value, beyond }) => [key, verdict, value, beyond])
  expect(verdicts).toEqual([
    ['CCCC', 'too_few', 9e9, true],
    ['AAAA', 'firing', 3e9, true],
    ['BBBB', 'too_few', 1.5e9, false],
  ])
  // p95 of 1, 2, 6: between the second and the third, 0.9 of the way.
  expect(window!.groups[1]!.explanation).toEqual({
    en: '3 runs in 5 min took 3 s on average (limit 2 s), 9 s in all, 95 % within 5.6 s, the longest 6 s by user report\\x1b[31m in schema ware: select * from AAAA where id = ?',
    zh: '5 分钟内执行 3 次，平均 3 秒（限值 2 秒），总计 9 秒，95% 在 5.6 秒 以内，最长 6 秒，用户 report\\x1b[31m，库 ware：select * from AAAA where id = ?',
  })
  expect(window!.groups[1]!.kql).toBe('mysql.slowlog.digest: "AAAA"')
})
