import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestFields, slowFields } from '../../src/digest/fields.ts'
import { printDiagnostic } from '../../src/event/diagnostic.ts'
import { fields } from '../../src/event/field.ts'
import { checkLock } from '../../src/service/check-lock.ts'
import { compareLocks } from '../../src/service/compare-locks.ts'
import { type FieldsLock, lockOf, lockPath, printLock, readLock } from '../../src/service/fields-lock.ts'
import { loadConfig } from '../../src/service/load.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const root = join(import.meta.dirname, '../..')
const lock = (held: Readonly<Record<string, string>>): FieldsLock => ({
  around: new Map(),
  datasets: new Map([['app', new Map(Object.entries(held))]]),
})
const broken = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) =>
  compareLocks(lock(before), lock(after)).broken.map(({ field, renamed, now }) => [field, renamed ?? now])

describe('locks compared', () => {
  test('a gone field is held for renamed where a new one ends alike, is spelt alike, or is the only one', () => {
    expect(broken({ 'app.user.id': 'keyword' }, { 'labels.id': 'keyword', 'app.x': 'keyword' })).toEqual([
      ['app.user.id', 'labels.id'],
    ])
    expect(broken({ 'app.colour': 'keyword' }, { 'app.color': 'keyword', 'app.x': 'keyword' })).toEqual([
      ['app.colour', 'app.color'],
    ])
    expect(broken({ 'app.a1': 'long' }, { 'app.second_thing': 'long' })).toEqual([['app.a1', 'app.second_thing']])
    expect(broken({ 'app.first': 'long', 'app.other': 'long' }, { 'labels.beyond': 'long' })).toEqual([
      ['app.first', undefined],
      ['app.other', undefined],
    ])
  })

  test('never for one of another type, and no new field for two', () => {
    expect(broken({ 'app.id': 'keyword' }, { 'labels.id': 'long' })).toEqual([['app.id', undefined]])
    expect(broken({ 'app.a.id': 'long', 'app.b.id': 'long' }, { 'app.c.id': 'long' })).toEqual([
      ['app.a.id', 'app.c.id'],
      ['app.b.id', undefined],
    ])
  })

  test('one value that becomes several is another type', () => {
    expect(broken({ 'app.a': 'keyword' }, { 'app.a': 'keyword list' })).toEqual([['app.a', 'keyword list']])
  })
})

test('a lock is named for its configuration', () => {
  expect(lockPath('/etc/tailrace/tailrace.config.ts', '/x')).toBe('/etc/tailrace/tailrace.lock.json')
  expect(lockPath('/a/shop.mts', '/x')).toBe('/a/shop.lock.json')
  expect(lockPath('/a/odd', '/x')).toBe('/a/odd.lock.json')
  expect(lockPath(undefined, '/x')).toBe('/x/tailrace.lock.json')
})

test.each([
  ['{"lock":1,', ': the lock of fields is no JSON: '],
  ['{\n<<<<<<< main\n"lock": 1\n', ':2:1: the lock of fields holds a conflict of two versions. '],
  ['{"lock":7}', ':1:1: this is no lock of fields of version 1. '],
  ['{"lock":1,"around":{},"datasets":{"door.log":{"user.name":7}}}', ':1:1: this is no lock '],
  ['[]', ':1:1: this is no lock '],
  ['\u001b[2J', ': the lock of fields is no JSON: '],
])('a lock that cannot be used is a mistake: %j', (text, says) => {
  using scratch = scratchDir('fields-lock')
  const path = join(scratch.path, 'tailrace.lock.json')
  writeFileSync(path, text)
  const read = readLock(path)
  const said = read !== undefined && 'mend' in read ? printDiagnostic(read) : 'it was read'
  expect(said).toContain(`${path}${says}`)
  expect(said).not.toContain('\u001b')
})

describe('the packaged formats', () => {
  test('yield what parsers/tailrace.lock.json says: npx tailrace check --update-lock accepts a change', async () => {
    const { config, problems } = await loadConfig({}, {}, root)
    expect(problems).toEqual([])
    const checked = checkLock(config, root)
    expect(checked.exists).toBe(true)
    expect(checked.problems.map(printDiagnostic)).toEqual([])
  })

  test('are locked in the same order whatever order they come in', async () => {
    const { config } = await loadConfig({}, {}, root)
    expect(printLock(lockOf(config.pipelines.toReversed()))).toBe(printLock(lockOf(config.pipelines)))
  })
})

test('every field that a digest asks for is among those it says', () => {
  const asked = globSync('src/digest/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('fields.ts'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/'([a-z_.]+)'/g)].map(([, name]) => name!))
    .filter((name) => name.includes('.') && Object.hasOwn(fields, name) && name !== 'event.dataset')
  expect([...new Set(asked)].sort()).toEqual([...new Set([...digestFields, ...slowFields])].sort())
})
