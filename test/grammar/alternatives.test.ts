import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { int, ip, oneOfWords, text, word } from '../../src/grammar/capture.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { blanks, either, line, optional } from '../../src/grammar/line.ts'
import { oneOf } from '../../src/grammar/one-of.ts'
import { blockOf } from '../../src/grammar/text-block.ts'
import { documentsOf } from '../transform/documents.ts'

const level = oneOfWords('log.level', ['INFO', 'ERROR', 'WARN', 'WARNING'])
const front = line`[${int('process.pid')}] ${level}: `
const door = line`door ${word('app.door')} `
const lines = [
  line`${front}${door}opened for ${word('user.name')}`,
  line`${front}${door}opened`,
  line`${front}${door}${either(line`closed by ${ip('source.ip')}`, line`closed at ${int('app.hour')}`, line`left ${text('app.how')}`)}`,
  line`${front}${optional(line`(${word('app.note')}) `)}bell ${int('app.bell')}`,
  line`${level}${blanks()}${either(line`- `, line`| `, line`* `)}${text('message')}`,
  line`[${int('process.pid')}] ${text('message')}`,
]
const samples = [
  '[7] INFO: door 3 opened for alice',
  '[7] ERROR: door 3 opened',
  '[7] WARN: door 3 closed by 10.0.0.1',
  '[7] INFO: bell 4',
  'WARNING  | it rains',
  '[7] nothing of this',
]
const parts = lines.map((one, i) => grammar({ name: `a.${i}`, line: one, samples: [samples[i]!] }))
const all = oneOf({ name: 'a' }, ...(parts as [(typeof parts)[0], (typeof parts)[0], ...typeof parts]))

const options = { dataset: 'a', timezone: 'UTC', now: 0 }
const read = (by: Pick<typeof all, 'read'>, record: string) => {
  const batch = by.read(blockOf([record]), options)
  const failure = batch.failures.get(0)
  const [document] = documentsOf(batch)
  release(batch)
  return { failure, document: JSON.stringify(document)?.replace(/"a\.\d"/g, '"a"') }
}

/** Each alternative by itself, from the start: the first that fits, else what came furthest, the first of those. */
const oneByOne = (record: string) => {
  const found = parts.map((part) => read(part, record))
  const fits = found.find(({ failure }) => failure === undefined)
  const furthest = found.reduce((a, b) => ((b.failure?.at ?? 0) > (a.failure?.at ?? 0) ? b : a))
  return fits === undefined ? { at: furthest.failure!.at } : { document: fits.document }
}

const piece = fc.constantFrom(
  ...[
    '[7] ',
    '[',
    '7',
    '] ',
    'INFO',
    'WARN',
    'WARNING',
    ': ',
    'door ',
    '3 ',
    'opened',
    ' for alice',
    'closed by ',
    '10.0.0.1',
  ],
  ...['closed at 9', 'left open', '(x) ', 'bell ', '4', '  ', '| ', '- ', '* ', 'it rains', '\u00ff', ' '],
)

describe('alternatives that begin alike', () => {
  test.each(samples)('read %s as each does by itself', (sample) => {
    expect(read(all, sample).document).toBe(oneByOne(sample).document)
    expect(read(all, sample).failure).toBeUndefined()
  })

  test.prop([
    fc
      .oneof(
        fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join('')),
        fc
          .tuple(fc.constantFrom(...samples), fc.nat(40), piece)
          .map(([sample, at, put]) => sample.slice(0, at) + put + sample.slice(at)),
        fc.tuple(fc.constantFrom(...samples), fc.nat(40)).map(([sample, length]) => sample.slice(0, length)),
      )
      .filter((record) => record.trim() !== ''),
  ])('read and explain whatever comes as each does by itself', (record) => {
    const { failure, document } = read(all, record)
    const expected = oneByOne(record)
    expect(document).toBe(expected.document)
    if (failure !== undefined && failure.code !== 'no_alternative') expect(failure.at).toBe(expected.at)
  })

  test.prop([
    fc.array(fc.constantFrom(...samples, 'x', '[7] INFO: door 3 closed by nobody'), { minLength: 1, maxLength: 12 }),
  ])('leave nothing of one record in the next', (records) => {
    const batch = all.read(blockOf(records), options)
    const together = documentsOf(batch).map((document) => JSON.stringify(document))
    release(batch)
    expect(together).toEqual(
      records.map((record) => JSON.stringify(JSON.parse(read(all, record).document ?? 'null') ?? undefined)),
    )
  })
})
