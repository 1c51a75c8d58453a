import { describe, expect, test } from 'vitest'
import { grok } from '../../../src/grammar/grok/grok.ts'
import { stockPatterns } from '../../../src/grammar/grok/stock.ts'
import { stockRows } from './stock-rows.ts'

const cases = stockRows.flatMap(({ pattern, text, legacy, ecs }) => [
  ...(legacy === undefined ? [] : [{ pattern, text, ecs: 'disabled' as const, fields: legacy }]),
  ...(ecs === undefined ? [] : [{ pattern, text, ecs: 'v8' as const, fields: ecs }]),
])

test.each(cases)('$pattern reads a line of its program ($ecs)', ({ pattern, text, ecs, fields }) => {
  const found = grok(pattern, { ecs }).match(text)
  expect(found === undefined ? undefined : Object.fromEntries(found)).toEqual(fields)
})

describe.each(['disabled', 'v1'] as const)('each stock pattern of %s', (ecs) => {
  // With something behind it that may fail, so that what could take exponential time would be refused.
  test.each([...stockPatterns(ecs).keys()])('%s compiles', (name) => {
    expect(() => grok(`%{${name}:x}!`, { ecs })).not.toThrow()
  })
})

const whole: readonly (readonly [name: string, texts: readonly string[], not: readonly string[]])[] = [
  [
    'IP',
    [
      '1.2.3.4',
      '255.255.255.255',
      '::',
      '::1',
      '2001:db8::7',
      '1:2:3:4:5:6:7:8',
      '::ffff:1.2.3.4',
      'fe80::1%eth0',
      '1:2:3:4:5:6:7::',
    ],
    ['256.1.1.1', '1.2.3', '1:2:3', '12345::', '1::2::3', ':::'],
  ],
  ['HOSTNAME', ['a', 'shop-1.example.com', 'x.'], ['-a', '_a', 'a..b']],
  [
    'EMAILADDRESS',
    ['a.b+c@shop.example', `${'a'.repeat(64)}@x`],
    ['a..b@x', '.a@x', `${'a'.repeat(65)}@x`, 'a b@x', 'a:b@x'],
  ],
  ['NUMBER', ['0', '-1.5', '+.5', '00012'], ['1.', '.', '1e5', '--1']],
  ['BASE16FLOAT', ['0xff', '1a.2B', '0x1.f'], ['0xg', 'x1']],
  ['QUOTEDSTRING', ['"a"', '""', "'it\\'s'", '`x`', '"a\\\\"'], ['"a', 'a"', '"a"b"']],
  ['UUID', ['01234567-89ab-cdef-0123-456789ABCDEF'], ['01234567-89ab-cdef-0123-456789ABCDE']],
  ['MAC', ['0011.2233.aabb', '00-11-22-33-aa-bb', '00:11:22:33:AA:BB'], ['00:11:22:33:AA']],
  ['WINPATH', ['C:\\a\\b c', '\\\\srv\\x', 'D:\\'], ['C:/a', 'C:\\a?']],
  ['TTY', ['/dev/pts/0', '/dev/tty1', '/dev/ttyp9'], ['/dev/sda1', '/dev/tty']],
  ['URI', ['https://ann:x@shop.example:8080/a/b?c=d', 'file:///etc/x'], ['/a', 'http:/a']],
  ['URN', ['urn:isbn:0451450523', 'urn:a:%20b'], ['urn::x', 'urn:a:']],
  ['MONTH', ['Jan', 'december', 'Mai', 'März', 'Mar', 'Okt', 'Dezember'], ['Jano', 'Ma', '1']],
  [
    'TIMESTAMP_ISO8601',
    ['2026-11-27T08:00:00Z', '2026-11-27 08:00', '2026-11-27T08:00:60.123+08:00', '2026-11-27 08:00:00,5'],
    ['2026-13-01T08:00', '2026-11-27', '2026-11-27T25:00'],
  ],
  ['DATESTAMP', ['11/27/2026 08:00:00', '27.11.2026-08:00:00.5'], ['2026/11/27', '32.11.2026 08:00:00']],
  ['DATESTAMP_RFC2822', ['Fri, 27 Nov 2026 08:00:00 +0800'], ['Fri 27 Nov 2026']],
  ['DATESTAMP_EVENTLOG', ['20261127080000'], ['2026112708']],
  ['LOGLEVEL', ['INFO', 'warn', 'Warning', 'err', 'CRITICAL', 'emerg', 'severe'], ['INFORM', 'warnings', 'ok']],
  ['MAVEN_VERSION', ['1.2.3', '1', '1.2.3-SNAPSHOT', '2.0.1.RELEASE'], ['1.2.3-beta', 'v1']],
  ['EXIM_FLAGS', ['<=', '=>', '->', '*>', '**', '=='], ['=', '<-']],
  ['EXIM_QT', ['1d2h', '3w', '1y2w3d4h5m6s'], ['1x', '2h1d']],
]
test.each(whole)('%s is what it says, and nothing else', (name, texts, not) => {
  const { match } = grok(`\\A%{${name}}\\z`)
  expect(texts.filter((text) => match(text) === undefined)).toEqual([])
  expect(not.filter((text) => match(text) !== undefined)).toEqual([])
})
