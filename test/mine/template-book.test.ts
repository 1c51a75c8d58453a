import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createTemplateBook, type TemplateRecord } from '../../src/mine/template-book.ts'
import { digest } from '../../src/transform/fingerprint.ts'

const open = (before: Iterable<TemplateRecord> = [], most?: number) => {
  const kept = new Map<string, TemplateRecord>([...before].map((record) => [record.id, record]))
  const book = createTemplateBook('app', {
    idOf: digest,
    learned: (record) => {
      if (record.gone === true) kept.delete(record.id)
      else kept.set(record.id, record)
    },
    ...(most === undefined ? {} : { most }),
  })
  book.restore(kept.values())
  let offset = 0
  return {
    kept,
    of: (line: string) => book.of(line, { key: 'k', offset: offset++, now: offset }),
    idOf: (line: string) => book.of(line, { key: 'k', offset: offset++, now: offset })?.record.id,
    now: book.now,
  }
}

describe('templates that are learned as messages come', () => {
  test('are told apart by what is constant', () => {
    const { idOf } = open()
    const opened = idOf('door 7 opened')
    expect(idOf('door 8 opened')).toBe(opened)
    expect(idOf('door 8 closed')).not.toBe(opened)
    expect(idOf('door 9 opened')).toBe(opened)
    expect(opened).toMatch(/^[0-9A-F]{16}$/)
  })

  test('keep their id when a word turns out to be a value', () => {
    const { idOf, kept } = open()
    const first = idOf('user alice logged in')
    expect(idOf('user bob logged in')).toBe(first)
    expect(idOf('user carol logged in')).toBe(first)
    expect(kept.get(first!)).toMatchObject({ text: 'user <*> logged in', first: 1, offset: 0 })
  })

  test('that turn out to be one are one from then on, under the id of the first', () => {
    const { of, now, kept, idOf } = open()
    const words = ['amber', 'birch', 'cedar', 'delta', 'ember']
    const seen = words.map((word) => of(`it is ${word} today as forecast`)!)
    expect(new Set(seen.map((known) => now(known)?.record.id)).size).toBe(1)
    expect(now(seen[4]!)!.record.id).toBe(seen[0]!.record.id)
    expect(idOf('it is green today as forecast')).toBe(seen[0]!.record.id)
    const turned = [...kept.values()].filter(({ into }) => into !== undefined)
    expect(turned.map(({ into }) => into)).toEqual(turned.map(() => seen[0]!.record.id))
    // The third tells that they are values, and it and those behind it were never anything else.
    expect(turned).toHaveLength(1)
  })

  test('have the same ids when they are restored, those that turned out to be others too', () => {
    const lines = [
      'door 7 opened',
      'user alice logged in',
      'user bob logged in',
      ...['amber', 'birch', 'cedar', 'delta', 'ember'].map((word) => `it is ${word} today as forecast`),
    ]
    const before = open()
    for (const line of lines) before.of(line)
    const ids = lines.map(before.idOf)
    const after = open(before.kept.values())
    expect(lines.map(after.idOf)).toEqual(ids)
    expect(after.idOf('user dave logged in')).toBe(ids[1])
    expect(new Set(after.kept.keys())).toEqual(new Set(before.kept.keys()))
  })

  // Values side by side become one: what made them so has more pieces then than its template.
  test.each([[["'user", '7)', "user'"]], [[':7', '7:', ':', 'user=']], [['7 user', "user'", ':', '(\u0000']]])(
    'are known again at once, and after a start, where they were joined into a shorter one: %j',
    (lines) => {
      const before = open()
      for (const text of lines) {
        const known = before.of(text)!
        expect(before.idOf(text)).toBe(before.now(known)!.record.id)
      }
      const ids = lines.map(before.idOf)
      expect(lines.map(open(before.kept.values()).idOf)).toEqual(ids)
    },
  )

  test('what is quoted is a value at once', () => {
    const { idOf } = open()
    expect(idOf('cannot open "my file" now')).toBe(idOf('cannot open "a b c" now'))
  })

  test('have an id made of what they are: learned anew it is the same', () => {
    expect(open().idOf('disk is full')).toBe(open().idOf('disk is full'))
  })

  test('are bounded in number: those seen once make room, not those in use', () => {
    const { of, now, kept } = open([], 50)
    const used = of('door 7 opened')!
    used.lines = 1000
    for (let i = 0; i < 5000; i++)
      of(`${[...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')} spoke of many things`)
    expect(kept.size).toBeLessThanOrEqual(101)
    expect(now(used)?.record.id).toBe(used.record.id)
  })

  test('are not learned without end: an attack costs a bounded effort for each message', () => {
    const { of } = open()
    let learned = 0
    for (let i = 0; i < 20_000; i++) {
      const words = Array.from(
        { length: 8 },
        (_, j) => `w${'abcdefghij'[(i * (j + 3) + ((i >> (j + 1)) % 7)) % 10]!.repeat(1 + ((i >> j) % 5))}`,
      )
      if (of(words.join(' ')) !== undefined) learned++
    }
    expect(learned).toBeGreaterThan(500)
    expect(learned).toBeLessThan(20_000)
  })
})

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'user',
        'alice',
        'opened',
        'closed',
        '7',
        '10.0.0.1',
        ' ',
        '=',
        "'",
        '"',
        '(',
        ')',
        ':',
        '\u0000',
      ),
      { maxLength: 25 },
    )
    .map((parts) => parts.join('')),
)

property.prop([fc.array(line, { maxLength: 60 })])(
  'whatever is read, a message that was learned is known again',
  (lines) => {
    const { of, now, idOf, kept } = open()
    for (const text of lines) {
      const known = of(text)!
      expect(idOf(text)).toBe(now(known)!.record.id)
    }
    const again = open(kept.values())
    for (const text of lines) expect(again.idOf(text)).toBe(idOf(text))
  },
)
