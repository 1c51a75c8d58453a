import { unlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  aService,
  at,
  configFile,
  inForce,
  parser,
  pipelineFile,
  says,
  service,
  started,
  store,
  stored,
  whole,
  write,
  writer,
} from '../support/reloaded.ts'
import { waitUntil } from '../support/wait-until.ts'

const timeout = 270_000

aService()

describe('a reload under load', () => {
  test('begins and ends sources, opens anew what reads other files, and leaves the others alone', {
    timeout,
  }, async () => {
    service.start()
    await started()
    const [a, b] = [writer('a.log'), writer('b.log')]
    await waitUntil('the first are stored', () => stored('a.log').length > 0 && stored('b.log').length > 0)
    unlinkSync(at('a.log'))
    write('c.log', '')
    const c = writer('c.log')
    write('pipelines/all.ts', pipelineFile({ a: 'a.log', b: '{b,d}.log', c: 'c.log' }, 'r2'))
    service.send('SIGHUP')
    await inForce(1)
    expect(service.said()).toContain('c: begins; b: is opened anew; a: reads on with its new definition')
    await waitUntil('c is read', () => stored('c.log').length > 0)
    write('pipelines/all.ts', pipelineFile({ a: 'a.log', b: '{b,d}.log' }, 'r2'))
    service.send('SIGHUP')
    await inForce(2)
    expect(says('c: ends')).toBeGreaterThan(0)
    write('pipelines/all.ts', pipelineFile({ a: 'a.log', b: '{b,d}.log', c: 'c.log' }, 'r3'))
    service.send('SIGHUP')
    await inForce(3)
    await whole('a.log', a.stop())
    await whole('b.log', b.stop())
    await whole('c.log', c.stop())
  })

  test('a configuration with mistakes changes nothing and is told whole; what mends it is taken over', {
    timeout,
  }, async () => {
    service.start()
    await started()
    const a = writer('a.log')
    await waitUntil('the first are stored', () => stored('a.log').length > 0)
    write('parsers/door.ts', parser('door').replace('08:00:00Z door', '08:00:00Z gate'))
    write('tailrace.config.ts', configFile.replace('pipelines })', "pipelines, timezone: 'Mars/Olympus' })"))
    await waitUntil('it is refused', () => says('the configuration on disk has 2 mistakes') >= 1)
    expect(service.said()).toMatch(/tailrace\.config\.ts:4:\d+: time zone 'Mars\/Olympus' does not exist/)
    expect(service.said()).toMatch(/parsers\/door\.ts:3:\d+: door\.log: the sample/)
    write('parsers/door.ts', "import './gone.ts'\n")
    await waitUntil('it is refused again', () => says('cannot be loaded: Cannot find module') > 0)
    const before = stored('a.log').length
    await waitUntil('the old one reads on', () => stored('a.log').length > before)
    expect(says('the configuration is in force')).toBe(0)
    unlinkSync(at('tailrace.config.ts'))
    service.send('SIGHUP')
    await waitUntil('a file that is gone is a mistake', () => says('the configuration file does not exist') > 0)
    write('parsers/gone.ts', '')
    write('parsers/door.ts', `import './gone.ts'\n${parser('door')}`)
    write(
      'tailrace.config.ts',
      configFile.replace('pipelines })', "pipelines, namespace: 'other', log: { level: 'debug' } })"),
    )
    await inForce(1)
    expect(service.said()).toContain('takes effect after a restart: namespace')
    await whole('a.log', a.stop())
  })
})

test('while the output is failing a reload does not hang, and neither does a stop (vector#24125, logstash#14332); dead letters stay (logstash#7828)', {
  timeout,
}, async () => {
  write('a.log', 'not a door\n')
  service.start()
  await started()
  const a = writer('a.log')
  await waitUntil('the first are stored', () => stored('a.log').length > 0)
  await store.close()
  write('pipelines/all.ts', pipelineFile({ a: 'a.log', b: 'b.log' }, 'r2'))
  service.send('SIGHUP')
  await inForce(1)
  // What was read has to be delivered first, and cannot: a newer one is wanted instead.
  write('pipelines/all.ts', pipelineFile({ a: '{a,z}.log', b: 'b.log' }, 'r3'))
  service.send('SIGHUP')
  await waitUntil('it is looked at', () => says('a: is opened anew') >= 1)
  write('pipelines/all.ts', 'export default no')
  service.send('SIGHUP')
  await waitUntil('mistakes are told meanwhile', () => says('the configuration on disk has a mistake') >= 1)
  write('pipelines/all.ts', pipelineFile({ a: '{a,z}.log', b: 'b.log' }, 'r4'))
  service.send('SIGHUP')
  await waitUntil('the newest is wanted', () => says('the configuration is read again') >= 3)
  await store.open()
  await waitUntil('the newest is in force', () => stored('a.log').at(-1)?.labels.rack === 'r4')
  await whole('a.log', a.stop())
  await store.close()
  write('pipelines/all.ts', pipelineFile({ b: '{a,b}.log' }, 'r5'))
  service.send('SIGHUP')
  await waitUntil('it is looked at', () => says('a: ends') >= 1)
  expect(await service.end('SIGTERM')).toBe(143)
  const letters = await service.rows(['dlq', 'list'])
  expect(letters).toMatchObject([{ stage: 'parse', path: at('a.log') }])
})
