import { describe, expect, test } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { absent } from '../../src/event/column.ts'
import { printIp } from '../../src/event/ip.ts'
import { createCache } from '../../src/transform/cache.ts'
import { type Distinct, distinctElements, distinctOf, textOf } from '../../src/transform/distinct.ts'
import { batchOf } from '../support/batch.ts'

const textsOf = (distinct: Distinct): (string | undefined)[] =>
  [...distinct.codes].map((code) => (code === absent ? undefined : textOf(distinct, code)))

describe('distinct values of a column', () => {
  test('rows share a code where their bytes are equal, and only there', () => {
    const texts = Array.from(
      { length: 5000 },
      (_, i) => `${'/a-long-path/with-the-same-beginning/'.repeat(i % 3)}${i % 97}`,
    )
    const batch = batchOf(texts.map((text) => ({ 'url.path': text })))
    const distinct = distinctOf(batch, batch.columns.get('url.path')!)!
    expect(distinct.count).toBe(new Set(texts).size)
    expect(textsOf(distinct)).toEqual(texts)
    release(batch)
  })

  test('texts of every length up to forty are told apart by any one byte', () => {
    const texts: string[] = []
    for (let length = 1; length <= 40; length++) {
      const base = 'x'.repeat(length)
      texts.push(base, base)
      for (let i = 0; i < length; i++) texts.push(`${base.slice(0, i)}y${base.slice(i + 1)}`)
    }
    const batch = batchOf(texts.map((text) => ({ 'url.path': text })))
    const distinct = distinctOf(batch, batch.columns.get('url.path')!)!
    expect(distinct.count).toBe(new Set(texts).size)
    expect(textsOf(distinct)).toEqual(texts)
    release(batch)
  })

  test('absent values and rows no longer live get no code', () => {
    const batch = batchOf([{ 'url.path': '/a' }, {}, { 'url.path': '/b' }, { 'url.path': '' }])
    batch.outcome[2] = outcome.dead
    const distinct = distinctOf(batch, batch.columns.get('url.path')!)!
    expect(textsOf(distinct)).toEqual(['/a', undefined, undefined, ''])
    expect(distinct.count).toBe(2)
    release(batch)
  })

  test('addresses, dictionaries and constants are read alike', () => {
    const rows = ['10.0.0.1', '2001:db8::1', '10.0.0.1'].map((ip) => ({
      'source.ip': ip,
      'host.name': 'web',
      'url.path': ip,
    }))
    const batch = batchOf(rows, undefined, { as: { 'host.name': 'constant', 'url.path': 'dictionary' } })
    const ips = distinctOf(batch, batch.columns.get('source.ip')!)!
    expect([...ips.codes].map((code) => printIp(ips.memory, ips.start[code]!))).toEqual(
      rows.map((row) => row['source.ip']),
    )
    expect(ips.count).toBe(2)
    expect(textsOf(distinctOf(batch, batch.columns.get('host.name')!)!)).toEqual(['web', 'web', 'web'])
    expect(textsOf(distinctOf(batch, batch.columns.get('url.path')!)!)).toEqual(rows.map((row) => row['url.path']))
    release(batch)
  })

  test('a column of numbers has no texts to tell apart', () => {
    const batch = batchOf([{ 'event.duration': 1 }])
    expect(distinctOf(batch, batch.columns.get('event.duration')!)).toBeUndefined()
    release(batch)
  })

  test('elements of lists are coded for live rows', () => {
    const batch = batchOf([{ tags: ['a', 'b'] }, { tags: ['c'] }, { tags: ['b'] }])
    batch.outcome[1] = outcome.filtered
    const column = batch.columns.get('tags')!
    if (column.kind !== 'list') throw new Error('tags are a list')
    expect(textsOf(distinctElements(batch, column.first, column.values)!)).toEqual(['a', 'b', undefined, 'b'])
    release(batch)
  })
})

describe('cache across batches', () => {
  test('keeps what was used last and forgets what was not', () => {
    const cache = createCache<string, number>(10)
    for (let i = 0; i < 100; i++) {
      cache.set(`k${i}`, i)
      expect(cache.get('k0')).toBe(0)
    }
    expect(cache.get('k99')).toBe(99)
    expect(cache.get('k1')).toBeUndefined()
    cache.clear()
    expect(cache.get('k0')).toBeUndefined()
  })
})
