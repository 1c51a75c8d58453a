import { expect, test } from 'vitest'
import { openSharedJournal, TakenOver } from '../../src/store/shared-journal.ts'
import { type SharedStandIn, sharedStandIn } from '../support/shared-documents.ts'

/** A journal of numbers. */
const open = async (shared: SharedStandIn, writer: string, readOnly = false) => {
  let numbers: number[] = []
  const journal = await openSharedJournal({
    shared,
    name: 'j',
    writer,
    readOnly,
    signal: new AbortController().signal,
    apply: (record) => {
      const { all, one } = record as { all?: number[]; one?: number }
      if (all !== undefined) numbers = [...all]
      if (one !== undefined) numbers.push(one)
    },
    snapshot: () => ({ all: numbers }),
  })
  return {
    add: (one: number) => journal.append({ one }),
    compact: () => journal.compact(),
    get numbers() {
      return numbers
    },
  }
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

test('who opens it later knows what was added, also beyond what was folded', async () => {
  const shared = sharedStandIn()
  const a = await open(shared, 'a')
  for (const one of upTo(1200)) await a.add(one)
  expect(shared.documents.size).toBeLessThan(600)
  expect((await open(shared, 'reader', true)).numbers).toEqual(upTo(1200))
  expect((await open(shared, 'b')).numbers).toEqual(upTo(1200))
})

test('who was overtaken adds nothing more', async () => {
  const shared = sharedStandIn()
  const a = await open(shared, 'a')
  await a.add(0)
  const b = await open(shared, 'b')
  await expect(a.add(99)).rejects.toThrow(TakenOver)
  await b.add(1)
  await expect(a.add(99)).rejects.toThrow(TakenOver)
  await b.compact()
  await expect(a.compact()).rejects.toThrow(TakenOver)
  expect((await open(shared, 'c')).numbers).toEqual([0, 1])
})

test('a record whose answer was lost is there once', async () => {
  const shared = sharedStandIn()
  const a = await open(shared, 'a')
  shared.fail(1, true)
  await a.add(0)
  shared.fail(3)
  await expect(a.add(1)).rejects.toThrow('away')
  shared.fail(3, true)
  await expect(a.add(2)).rejects.toThrow('away')
  await a.add(3)
  expect(a.numbers).toEqual([0, 2, 3])
  expect((await open(shared, 'b')).numbers).toEqual([0, 2, 3])
})
