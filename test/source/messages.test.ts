import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { cutLines, cutSyslog, longest } from '../../src/source/messages.ts'

describe('messages on a stream', () => {
  const cut = (counted: boolean, ...parts: readonly (string | Buffer)[]): string[] => {
    const cutter = counted ? cutSyslog() : cutLines()
    const found = parts.flatMap((part) => cutter.push(Buffer.from(part as string)))
    const rest = cutter.rest()
    return [...found, ...(rest === undefined ? [] : [rest])].map((line) => line.toString())
  }

  test('end at line ends, or have the length they begin with; one sender may do both', () => {
    expect(cut(true, '<13>a\n7 <13>b\nc<13>d\r\n5 <13>e\n\n<13>f')).toEqual([
      '<13>a\n',
      '<13>b#012c\n',
      '<13>d\n',
      '<13>e\n',
      '<13>f\n',
    ])
  })

  test('lose the mark that says their text is UTF-8', () => {
    expect(cut(true, '<13>1 - - - - - - \ufeff张伟\n')).toEqual(['<13>1 - - - - - - 张伟\n'])
  })

  test('that begin with a number are lines where nothing is counted', () => {
    expect(cut(false, '5 apples\n\n \n7 pears')).toEqual(['5 apples\n', '7 pears\n'])
  })

  test('that claim to be longer than anybody believes are lines', () => {
    expect(cut(true, '9999999 x\n<13>b\n')).toEqual(['9999999 x\n', '<13>b\n'])
    expect(cut(true, '99999999 x\n')).toEqual(['99999999 x\n'])
  })

  test('of any length are taken, in parts', () => {
    const long = 'x'.repeat(longest + 7)
    expect(cut(false, `${long}\nshort\n`)).toEqual([`${'x'.repeat(longest)}\n`, 'xxxxxxx\n', 'short\n'])
    expect(cut(true, `${long.length} ${long}<13>b\n`)).toEqual([`${'x'.repeat(longest)}\n`, 'xxxxxxx\n', '<13>b\n'])
  })

  const message = fc
    .string({ unit: fc.constantFrom('<', '1', '3', '>', ' ', 'a', '\n', '\r', '张') })
    .map((text) => `<13>m${text}`)
  property.prop([fc.array(fc.tuple(message, fc.boolean()), { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 6 })], {
    numRuns: 50,
  })('are the same however the stream is cut', (messages, cuts) => {
    const bytes = Buffer.concat(
      messages.map(([text, counted]) =>
        Buffer.from(counted ? `${Buffer.byteLength(text)} ${text}` : `${text.replaceAll(/[\r\n]/g, '')}\n`),
      ),
    )
    const wanted = messages.map(
      ([text, counted]) =>
        `${(counted ? text.replace(/[\r\n]+$/, '') : text).replaceAll('\n', counted ? '#012' : '').replaceAll('\r', counted ? '#015' : '')}\n`,
    )
    const places = [...new Set(cuts.map((one) => one % (bytes.length + 1)))].sort((a, b) => a - b)
    const parts = [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
    expect(cut(true, ...parts)).toEqual(wanted)
  })
})
