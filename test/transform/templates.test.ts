import { expect, test } from 'vitest'
import { release } from '../../src/event/batch.ts'
import type { TemplateRecord } from '../../src/mine/template-book.ts'
import { templates } from '../../src/transform/templates.ts'
import type { Kept } from '../../src/transform/transform.ts'
import { type BatchOptions, batchOf, type Row } from '../support/batch.ts'
import { at, documentsOf, through } from './documents.ts'

const kept = () => {
  const records = new Map<string, TemplateRecord>()
  const memory: Kept = {
    templates: () => records.values(),
    keepTemplate: (record) => void records.set(`${record.dataset} ${record.id}`, record),
  }
  return { records, memory }
}

const apply = (step: ReturnType<typeof templates>, rows: readonly Row[], options: BatchOptions = {}): unknown[] => {
  const batch = batchOf(rows, undefined, options)
  step.apply(batch)
  const documents = documentsOf(batch).map((document) => at(document, 'log.template'))
  release(batch)
  return documents
}

const messages = ['door 7 opened', 'door 12 opened', 'disk is full', 'door 3 opened\nand more of it', undefined]
const rows = messages.map((message) => ({ 'event.code': 'x', ...(message === undefined ? {} : { message }) }))

test('a message has the id of its template, the first of it the text', async () => {
  const step = templates()
  await step.open!()
  const found = apply(step, rows)
  const [first] = found as { id: string }[]
  expect(found).toEqual([
    { id: expect.stringMatching(/^[0-9a-f]{16}$/), first: true, text: 'door <*> opened' },
    { id: first!.id },
    { id: expect.not.stringMatching(first!.id), first: true, text: 'disk is full' },
    { id: first!.id },
    undefined,
  ])
  expect(apply(step, rows, { from: 1000 })[0]).toEqual({ id: first!.id })
})

test('messages that rows share, and constants, are told like others', async () => {
  for (const as of ['dictionary', 'constant'] as const) {
    const step = templates()
    await step.open!()
    const found = apply(step, [{ message: 'door 7 opened' }, { message: 'door 7 opened' }], { as: { message: as } })
    expect(found, as).toMatchObject([{ first: true, text: 'door <*> opened' }, {}])
    expect(new Set(found.map((one) => at(one, 'id'))).size, as).toBe(1)
  }
})

test('each dataset has templates of its own', async () => {
  const step = templates()
  await step.open!()
  const [one] = apply(step, rows, { dataset: 'a.log' })
  const [other] = apply(step, rows, { dataset: 'b.log' })
  expect(at(other, 'id')).not.toBe(at(one, 'id'))
  expect(at(other, 'first')).toBe(true)
})

test('what was learned is known after a restart, and a record that is read again says the same', async () => {
  const { memory, records } = kept()
  const before = templates()
  await before.open!(memory)
  const found = apply(before, rows)
  await before.close!()
  const after = templates()
  await after.open!(memory)
  expect(apply(after, rows)).toEqual(found)
  expect(apply(after, rows, { from: 1000 })).toEqual(found.map((one) => one && { id: at(one, 'id') }))
  expect(records.size).toBe(2)
})

test('bytes that are no text, and no message at all, do no harm', async () => {
  const text = '\u001b]0;x\u0007 <script> 12 \u0000 "'
  const [document] = await through([{ message: text }], [templates()])
  expect(at(document, 'log.template.first')).toBe(true)
  expect(await through([{ 'event.code': 'x' }], [templates()])).toHaveLength(1)
})
