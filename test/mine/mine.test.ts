import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { align } from '../../src/mine/align.ts'
import { templateText } from '../../src/mine/grouped.ts'
import { lexemes } from '../../src/mine/lexeme.ts'
import { mine } from '../../src/mine/mine.ts'
import { grouping } from './grouping.ts'
import { labelled } from './labelled.ts'

const texts = (lines: readonly string[]): readonly string[] => {
  const { templates, messageAt } = mine(lines)
  return templates.map((template) => templateText(template, lines, messageAt))
}

describe('templates', () => {
  for (const set of labelled(20_261_127, 2000))
    test(`messages of ${set.name} are told from each other`, () => {
      expect(grouping(set).accuracy).toBeGreaterThanOrEqual(0.95)
    })

  test('a value is what differs, and what looks like one', () => {
    expect(
      texts([
        'user alice logged in',
        'user bob logged in',
        'took 12 ms for /orders/7',
        'took 3 ms for /carts/9?x=1',
        'disk is full',
      ]),
    ).toEqual(['user <*> logged in', 'took <*> for <*>', 'disk is full'])
  })

  test('messages that say the opposite are two', () => {
    expect(texts(['door 7 opened', 'door 8 closed', 'door 9 opened'])).toEqual(['door <*> opened', 'door <*> closed'])
  })

  test('lists of different lengths are of one message', () => {
    expect(texts(['ids: 1, 2, 3', 'ids: 4', 'ids: 5, 6'])).toEqual(['ids: <*>'])
  })

  test('what is quoted is a value, whatever is in it', () => {
    expect(texts(["cannot open 'my file' now", "cannot open 'x' now"])).toEqual(["cannot open '<*>' now"])
  })

  test('a level behind the time is a value, of one letter too', () => {
    expect(texts(['08:00:00 I door opened', '08:00:01 W door opened', '08:00:02 E door opened'])).toEqual([
      '<*> door opened',
    ])
  })

  test('times are values, however they are written', () => {
    const times = [
      '2026-11-27T08:00:00.123Z',
      '2026-11-27 08:00:00,123',
      '27/Nov/2026:08:00:00 +0800',
      'Nov  7 08:00:00',
      'Fri Nov 27 08:00:00.123456 2026',
      '2026/11/27 08:00:00',
      '26/11/27 08:00:00',
      '20261127T080000.250',
      '20261127T080000Z',
    ]
    expect(texts(times.map((time) => `${time} door opened`))).toEqual(['<*> door opened'])
  })
})

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'user',
        'alice',
        '7',
        '10.0.0.1',
        ' ',
        '=',
        "'",
        '"',
        '(',
        ')',
        '[',
        ',',
        ':',
        '\u001b[31m',
        '\u0000',
        '…',
      ),
      {
        maxLength: 25,
      },
    )
    .map((parts) => parts.join('')),
)

describe('whatever is given', () => {
  property.prop([fc.array(line, { maxLength: 40 })])(
    'each line is of one template, and each taken apart is itself',
    (lines) => {
      const { templates, of, messageAt } = mine(lines)
      expect(templates.flatMap((template) => template.lines).sort((a, b) => a - b)).toEqual(lines.map((_, i) => i))
      for (const [id, { tokens, lines: own }] of templates.entries())
        for (const i of own) {
          expect(of[i]).toBe(id)
          const message = lines[i]!.slice(messageAt[i])
          const pieces = align(tokens, message, lexemes(message))
          if (pieces !== undefined)
            expect(pieces.map((piece) => ('constant' in piece ? piece.constant : piece.value)).join('')).toBe(message)
        }
    },
  )

  test('a very long line ends', () => {
    for (const unit of ['a', '1', ' ', '"', "'", '(', '1.', 'a:', '::', '/x', 'a-b_', '0x', '\u0000'])
      expect(mine([unit.repeat(10_000_000 / unit.length), 'b']).templates.length).toBeGreaterThan(0)
  })
})
