import { expect, test } from 'vitest'
import { instanceId, startInstances } from '../../src/service/instances.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { sharedStandIn } from '../support/shared-documents.ts'

test('what one instance stored late is heard by the others, each time once', async () => {
  const shared = sharedStandIn()
  const late = new Map<string, number>()
  const start = (id: string, takeLate?: () => ReadonlyMap<string, number>) =>
    startInstances({
      shared,
      prefix: 'shop',
      id,
      datasets: () => ['nginx.access'],
      position: () => 1000,
      ...(takeLate === undefined ? {} : { takeLate }),
      report: () => undefined,
      every: 5,
    })
  const take = (): ReadonlyMap<string, number> => {
    const taken = new Map(late)
    late.clear()
    return taken
  }
  const [ships, judges] = [await start('ships', take), await start('judges')]
  const heard = () => expect.poll(() => [...judges.takeLate()])
  late.set('nginx.access', 500)
  await heard().toEqual([['nginx.access', 500]])
  // It goes on being told, for whoever judges next, and is not heard again.
  await expect.poll(() => shared.documents.get('shop:instance:ships')?.version).toBeDefined()
  expect([...judges.takeLate()]).toEqual([])
  late.set('nginx.access', 700)
  late.set('mysql.slowlog', 300)
  const all = new Map<string, number>()
  await expect
    .poll(() => {
      for (const [dataset, time] of judges.takeLate()) all.set(dataset, time)
      return [...all].sort()
    })
    .toEqual([
      ['mysql.slowlog', 300],
      ['nginx.access', 700],
    ])
  expect([...ships.takeLate()]).toEqual([])
  await ships.stop()
  await judges.stop()
})

test('a data directory has one name, whoever asks first, and keeps it', async () => {
  using directory = scratchDir('instance')
  const [one, ...others] = await Promise.all([1, 2, 3].map(() => instanceId(directory.path)))
  expect(one).toMatch(/^[0-9a-f-]{36}$/)
  expect([...others, await instanceId(directory.path)]).toEqual([one, one, one])
})
