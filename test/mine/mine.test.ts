import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { align } from '../../src/mine/align.ts'
import { templateText } from '../../src/mine/grouped.ts'
import { lexemes } from '../../src/mine/lexeme.ts'
import { mine } from '../../src/mine/mine.ts'
import { mined } from './grouping.ts'
import { labelled } from './labelled.ts'

const texts = (lines: readonly string[]): readonly string[] => {
  const { templates, messageAt } = mine(lines)
  return templates.map((template) => templateText(template, lines, messageAt))
}

describe('templates', () => {
  for (const set of labelled(20_261_127, 2000))
    test(`messages of ${set.name} are told from each other`, () => {
      expect(mined(set).accuracy).toBeGreaterThanOrEqual(0.95)
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

  test('what stands at the front of lines is no part of their message, whatever is in it', () => {
    const lines = [
      '2026-11-27 08:00:00,123 INFO  [main] com.example.Door: door 7 opened',
      '2026-11-27 08:00:01,123 WARN  [worker 3 of [pool]] com.example.other.Gate: door 9 opened',
      '2026-11-27 08:00:02,123 INFO  [main] com.example.Door: door 7 closed',
    ]
    expect(texts(lines)).toEqual(['<*> door <*> opened', '<*> door <*> closed'])
    expect(texts(['20261127-08:00:00:123|Door|77|door 7 opened', '20261127-08:00:01:7|Gate|78|door 9 opened'])).toEqual(
      ['<*>|door <*> opened'],
    )
    expect(
      texts(['Nov 27 08:00:00 shop sshd[12]: door 7 opened', 'Nov 27 08:00:00 shop kernel: door 9 opened']),
    ).toEqual(['<*> door <*> opened'])
  })

  test.each([
    ['081109 203615 148 INFO app.Door$Lock: ', '081109 203616 19 WARN app.Gate: '],
    [
      '- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.67 R02 RAS KERNEL INFO ',
      '- 1117838571 2005.06.03 R7 2005-06-03-15.42.51.07 R7 RAS APP FATAL ',
    ],
    ['2016-09-28 04:30:30, Info                  CBS    ', '2016-09-28 04:30:31, Info                  CSI    '],
    ['[10.30 16:49:06] editor.exe - ', '[10.30 16:49:07] editor.exe *64 - '],
    [
      'a.log.1 2017-05-16 00:00:00.008 25746 INFO app.wsgi [req-38101a0b 113d - -] ',
      'a.log.1 2017-05-16 00:00:01.008 25746 INFO app.api [-] ',
    ],
    ['Jul  1 09:00:55 my-host kernel[0]: ', 'Jul  1 09:00:56 my-host Word Writer[12]: '],
    ['Jul  1 09:00:55 my-host kernel[0]: ', 'Jul 10 09:00:56 my-host  -- root[12]: '],
    ['[   12.345678] ', '[    3.000001] '],
    ['01-02 16:13:38.811  1702  2395 D DoorManager: ', '01-02 16:13:38.812  1702  8671 I Gate: '],
  ])('as many write it: %s', (one, other) => {
    // Most lines tell what the front is.
    const lines = [...Array(20).keys()].map((i) => `${i === 7 ? other : one}door ${i} ${i === 8 ? 'closed' : 'opened'}`)
    expect(texts(lines)).toEqual([
      expect.stringMatching(/^<\*> +door <\*> opened$/),
      expect.stringMatching(/^<\*> +door <\*> closed$/),
    ])
  })

  test('what lines have in common without a time is their message', () => {
    expect(texts(['shop sshd[12]: opened', 'shop cron[13]: closed'])).toHaveLength(2)
  })

  test('states in capitals are values, at any number of places; verbs are none', () => {
    expect(
      texts([
        'job went from NEW to RUNNING on START',
        'job went from RUNNING to FAILED_LATE on STOP',
        'failed to open the door',
        'failed to paint the door',
        'failed to ring the door',
        'failed to lock the door',
      ]),
    ).toEqual([
      'job went from <*> to <*> on <*>',
      'failed to open the door',
      'failed to paint the door',
      'failed to ring the door',
      'failed to lock the door',
    ])
  })

  test('what is in braces and holds values is one, empty or not', () => {
    expect(
      texts(['door {id=7 name=front} opened', 'door {id=8 (locked)} opened', 'keys of List(7, 8)', 'keys of List()']),
    ).toEqual(['door {<*>} opened', 'keys of List(<*>)'])
  })

  test('what a message begins with, where it says little else, is what it speaks of', () => {
    expect(texts(['tickTime set to 500', 'initLimit set to 10', 'syncLimit set to 5'])).toHaveLength(3)
  })

  test('a value with marks of its own is one all the same', () => {
    expect(
      texts(['check of /data/1 is scheduled', 'check of /data/2 is scheduled', 'check of [DISK]file:x is scheduled']),
    ).toEqual(['check of <*> is scheduled'])
  })

  test('what is behind a key is a value, were it nothing, or with brackets of its own', () => {
    expect(
      texts([
        'failure; user= tty=ssh rhost=a.example',
        'failure; user=bob tty= rhost=10.0.0.1',
        'failure; user=eve tty=ssh rhost=',
        'lock of tag="View Lock", name=com.example.door, ws=null, uid=7',
        'lock of tag="*door*", name=front, ws=Source{7}, uid=0',
        'lock of tag="a b c", name=back, ws=null, uid=9',
      ]),
    ).toEqual(['failure; user=<*> tty=<*> rhost=<*>', 'lock of tag="<*>", name=<*>, ws=<*>, uid=<*>'])
  })

  test('eight letters that are digits of a hexadecimal number are one', () => {
    expect(texts(['lr deadbeef cr 0000abcd', 'lr 00a0bc cr ffeeddcc'])).toEqual(['lr <*> cr <*>'])
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
  const front = fc.constantFrom('', '2026-11-27 08:00:00 INFO [main] app.Door: ', 'Nov 27 08:00:00 shop sshd[7]: ')
  property.prop([front, fc.array(line, { maxLength: 40 })])(
    'each line is of one template, and each taken apart is itself',
    (before, messages) => {
      const lines = messages.map((message) => before + message)
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
