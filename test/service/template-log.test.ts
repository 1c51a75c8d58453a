import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTemplateLog } from '../../src/service/template-log.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { waitUntil } from '../support/wait-until.ts'

const record = (id: string) => ({ dataset: 'app', id, text: id, tokens: [id], first: 1, key: 'k', offset: 0 })

test('templates that are kept are there again, those forgotten are not', async () => {
  using directory = scratchDir('tailrace-templates')
  const log = await openTemplateLog(directory.path, () => undefined)
  log.keepTemplate(record('a'))
  log.keepTemplate(record('b'))
  log.keepTemplate({ ...record('a'), text: 'changed' })
  log.keepTemplate({ ...record('b'), gone: true })
  expect([...log.templates()]).toEqual([{ ...record('a'), text: 'changed' }])
  await log.close()
  const again = await openTemplateLog(directory.path, () => undefined)
  expect([...again.templates()]).toEqual([{ ...record('a'), text: 'changed' }])
  const beside = await openTemplateLog(directory.path, () => undefined, { readOnly: true })
  expect([...beside.templates()]).toHaveLength(1)
  await again.close()
})

test('a record that a crash tore off takes nothing else with it', async () => {
  using directory = scratchDir('tailrace-templates')
  const log = await openTemplateLog(directory.path, () => undefined)
  log.keepTemplate(record('a'))
  log.keepTemplate(record('b'))
  await log.close()
  const folder = join(directory.path, 'state/templates')
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.journal'))!)
  truncateSync(file, statSync(file).size - 3)
  appendFileSync(file, 'x')
  const again = await openTemplateLog(directory.path, () => undefined)
  expect([...again.templates()].map(({ id }) => id)).toEqual(['a'])
  await again.close()
})

test('a disk that refuses is told of once, and nothing waits for it', async () => {
  using directory = scratchDir('tailrace-templates')
  const told: string[] = []
  const log = await openTemplateLog(directory.path, (text) => told.push(text))
  await log.close()
  log.keepTemplate(record('a'))
  log.keepTemplate(record('b'))
  await waitUntil('it is told', () => told.length > 0)
  expect(told).toEqual([expect.stringContaining('cannot be kept')])
  expect([...log.templates()]).toHaveLength(2)
})
