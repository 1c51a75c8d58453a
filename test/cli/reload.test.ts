import { unlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  aService,
  at,
  inForce,
  pipelineFile,
  says,
  service,
  started,
  stored,
  whole,
  write,
  writer,
} from '../support/reloaded.ts'
import { waitUntil } from '../support/wait-until.ts'

const timeout = 270_000

aService()

describe('a reload under load', () => {
  test('takes over a change of an included file alone (vector#23820), of a table and a pipeline at once (vector#24541), and reads on where it was', {
    timeout,
  }, async () => {
    service.start()
    await started()
    const [a, b] = [writer('a.log'), writer('b.log')]
    await waitUntil('the first are stored', () => stored('a.log').length > 0 && stored('b.log').length > 0)
    // Only who keeps it open can read on.
    unlinkSync(at('a.log'))
    write('pipelines/table.json', '{"value":"t2"}')
    await inForce(1)
    const reads = 'its files changed: the configuration is read again. a, b: reads on with its new definition'
    expect(says(reads)).toBe(1)
    await waitUntil('the new table is used', () => stored('a.log').at(-1)?.labels.table === 't2')
    write('pipelines/table.json', '{"value":"t3"}')
    write('pipelines/all.ts', pipelineFile({ a: 'a.log', b: 'b.log' }, 'r2'))
    service.send('SIGHUP')
    await waitUntil('both are used', () => stored('b.log').at(-1)?.labels.rack === 'r2')
    service.send('SIGHUP')
    await waitUntil('nothing changed', () => says('a, b: as before') >= 1)
    await whole('a.log', a.stop())
    await whole('b.log', b.stop())
    const kinds = new Set(
      [...stored('a.log'), ...stored('b.log')].map(({ labels }) => `${labels.rack} ${labels.table}`),
    )
    expect([...kinds].sort()).toEqual(['r1 t1', 'r1 t2', 'r2 t3'])
  })
})
