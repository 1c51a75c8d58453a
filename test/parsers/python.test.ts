import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { readOne } from '../grammar/read-records.ts'
import { fixtures, readFixture, truth } from './read-fixture.ts'

const { grammars } = await loadFormats()
const called = (name: string) => grammars.find((grammar) => grammar.name === name)!
const python = called('python.log')
const uvicorn = called('uvicorn.log')

const withoutDataset = (documents: readonly string[]): readonly unknown[] =>
  documents.map((text) => {
    const { event: { dataset: _dataset, ...event } = {}, ...rest } = JSON.parse(text)
    return { ...rest, event }
  })

test.each(['uvicorn.log/mixed-basic.log', 'uvicorn.log/mixed-time.log'])(
  '%s yields every line its own event, whichever of the two reads it',
  async (fixture) => {
    const one = await readFixture(uvicorn, fixture)
    const other = await readFixture(python, fixture)
    expect(one.failures).toEqual([])
    expect(other.failures).toEqual([])
    expect(one.documents).toHaveLength(truth[fixture]!.records)
    expect(withoutDataset(other.documents)).toEqual(withoutDataset(one.documents))
  },
)

const chosen = (...lines: readonly string[]): string => {
  const found = recognise(Buffer.from(`${lines.join('\n')}\n`), [python, uvicorn])
  return found.kind === 'one' ? found.grammar.name : found.why
}
const said = '2026-03-10 08:00:00,123 ERROR: order 7 refused'
const served = 'INFO:     203.0.113.7:50312 - "GET / HTTP/1.1" 200 OK'

test('a file is of the program that wrote most of its first lines, and of uvicorn where both wrote as many', () => {
  expect(chosen(said)).toBe('python.log')
  expect(chosen(served)).toBe('uvicorn.log')
  expect(chosen(said, served)).toBe('uvicorn.log')
  expect(chosen(said, said, said, served)).toBe('python.log')
  expect(chosen(said, served, served, served)).toBe('uvicorn.log')
  // uvicorn writes such a line too.
  expect(chosen(said, said, '2026-03-10 08:00:00,123 CRITICAL: no database')).toBe('python.log')
})

test('what stands in tracebacks and messages begins no record', () => {
  const lines = [
    said,
    'Traceback (most recent call last):',
    '  File "pay.py", line 7, in pay',
    "ERROR: duplicate key value violates unique constraint 'orders'",
    'ERROR:  relation "orders" does not exist',
    'DETAIL:  Key (id)=(7) already exists.',
    'INFO: said without a logger',
    'KeyError: 7',
    'app.errors.PaymentError: INFO:shop.orders: quoted',
    '08:00:00 ERROR shop a time without its day',
    '    INFO:shop.orders:indented',
    '',
    'During handling of the above exception, another exception occurred:',
  ]
  for (const { framing } of [python, uvicorn]) {
    const reader = framing.begin()
    const starts = lines.map((text) => reader.starts(Buffer.from(text), 0, Buffer.byteLength(text)))
    expect(starts).toEqual([true, ...lines.slice(1).map(() => false)])
  }
})

test('with its time uvicorn is told from the layouts of logging that read its lines too', () => {
  const head = readFileSync(join(fixtures, 'uvicorn.log/with-time.log')).subarray(0, 4096)
  const found = recognise(head, [python, uvicorn])
  expect(found.kind === 'one' && found.grammar.name).toBe('uvicorn.log')
})

const chain = `Traceback (most recent call last):
  File "pay.py", line 3, in pay
    {}["price"]
KeyError: 'price'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "pay.py", line 5, in pay
    raise ValueError("no price") from missing
ValueError: no price

During handling of the above exception, another exception occurred:

  + Exception Group Traceback (most recent call last):
  |   File "pay.py", line 9, in all
  |     raise ExceptionGroup("two failed", [ValueError("a"), TypeError("b")])
  | ExceptionGroup: two failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "pay.py", line 7, in one
    | ValueError: a
    +---------------- 2 ----------------
    | TypeError: b
    +------------------------------------`
const leads: Readonly<Record<string, string>> = {
  'python.log': '2026-03-10 08:00:00,123 ERROR shop.pay refused',
  'uvicorn.log': 'ERROR:    Exception in ASGI application',
  'celery.log':
    "[2026-03-10 08:00:00,123: ERROR/ForkPoolWorker-1] Task shop.pay[84dacec0] raised unexpected: ValueError('no price')",
  'gunicorn.error': '[2026-03-10 08:00:00 +0800] [8] [ERROR] Error handling request /orders/7',
}

test.each(Object.entries(leads))('%s tells the exception raised last, and keeps the whole trace', (name, lead) => {
  const read = (trace: string) => {
    const grammar = called(name)
    const reader = grammar.framing.begin()
    const lines = `${lead}\n${trace}`.split('\n')
    expect(lines.map((text) => reader.starts(Buffer.from(text), 0, Buffer.byteLength(text)))).toEqual(
      lines.map((_, i) => i === 0),
    )
    return readOne(grammar, lines.join('\n'))
  }
  expect(read(chain)).toMatchObject({
    'error.type': 'ExceptionGroup',
    'error.message': 'two failed (2 sub-exceptions)',
    'error.stack_trace': chain,
  })
  const reversed = `${chain}\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 1, in <module>\nshop.errors.Refused: for good`
  expect(read(reversed)).toMatchObject({
    'error.type': 'shop.errors.Refused',
    'error.message': 'for good',
    'error.stack_trace': reversed,
  })
})
