import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { rest, text } from '../../src/grammar/capture.ts'
import type { TakeOp } from '../../src/grammar/form.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { either, line } from '../../src/grammar/line.ts'
import { printValue } from '../../src/grammar/print-value.ts'
import { time } from '../../src/grammar/time.ts'
import { zoneOf } from '../../src/grammar/zone.ts'
import { readOne, readRecords } from './read-records.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const read = (layout: string, text: string, timezone = 'UTC', now = noon): unknown => {
  const row = readOne(grammar({ name: 'test', line: line`${time('@timestamp', layout)}`, samples: [text] }), text, {
    timezone,
    now,
  })
  return row['@timestamp' as keyof typeof row] ?? (row as { code: string }).code
}

test.each([
  ['clf', '11/Feb/2013:06:43:36 +0000', '2013-02-11T06:43:36'],
  ['clf', '24/Nov/2026:07:50:29 +0800', '2026-11-23T23:50:29'],
  ['iso', '2026-11-23T12:34:56Z', '2026-11-23T12:34:56'],
  ['iso', '2026-11-23 12:34:56,789', '2026-11-23T12:34:56.789'],
  ['iso', '2026-11-23T12:34:56.123456789+08:00', '2026-11-23T04:34:56.123456789'],
  ['iso', '2026-11-23T12:34:56.5-0330', '2026-11-23T16:04:56.500'],
  ['iso', '2026-11-23 12:34:56 +0800', '2026-11-23T04:34:56'],
  ['iso', '2026-11-23 12:34:56.1 UTC', '2026-11-23T12:34:56.100'],
  ['iso', '2026-11-23T12:34Z', '2026-11-23T12:34:00'],
  ['slashes', '2026/11/23 12:34:56', '2026-11-23T12:34:56'],
  ['mysql', '140519 21:52:17', '2014-05-19T21:52:17'],
  ['mysql', '140519  9:05:03', '2014-05-19T09:05:03'],
  ['mysql', '700101  9:05:03', '1970-01-01T09:05:03'],
  ['syslog', 'Nov  3 06:43:36', '2026-11-03T06:43:36'],
  ['syslog', 'Dec 31 23:59:59', '2025-12-31T23:59:59'],
  ['syslog', 'Nov 24 06:00:00', '2026-11-24T06:00:00'],
  ['syslog', 'Feb 29 06:00:00', '2024-02-29T06:00:00'],
  ['EEE MMM d HH:mm:ssf yyyy', 'Fri Nov 23 12:34:56.123456 2026', '2026-11-23T12:34:56.123456'],
  ['dd MMM yyyy HH:mm:ssf', '23 Nov 2026 12:34:56.789', '2026-11-23T12:34:56.789'],
  ['d MMMM yyyy HH:mm:ss', '23 November 2026 12:34:56', '2026-11-23T12:34:56'],
  ['MMMM d, yyyy HH:mm:ss', 'MAY 3, 2026 12:34:56', '2026-05-03T12:34:56'],
  ["EEEE, d MMMM yyyy 'at' HH:mm:ss", 'Monday, 23 November 2026 at 12:34:56', '2026-11-23T12:34:56'],
  ["HH 'o''clock' mm ss dd.MM.yyyy", "12 o'clock 34 56 23.11.2026", '2026-11-23T12:34:56'],
  ['M/d/yyyy h:mm:ss a', '11/3/2026 12:34:56 AM', '2026-11-03T00:34:56'],
  ['M/d/yyyy h:mm:ss a', '1/13/2026 12:34:56 pm', '2026-01-13T12:34:56'],
  ['M/d/yyyy h:mm:ss a', '1/13/2026 1:34:56 PM', '2026-01-13T13:34:56'],
  ['MM/dd/yy hh:mm:ssf a', '11/23/26 11:34:56.5 PM', '2026-11-23T23:34:56.500'],
  ['yyyy-DDD HH:mm:ss', '2026-001 12:34:56', '2026-01-01T12:34:56'],
  ['yyyy-DDD HH:mm:ss', '2024-366 12:34:56', '2024-12-31T12:34:56'],
  ['DDD:HH:mm:ss', '327:11:00:00', '2026-11-23T11:00:00'],
  ['yyyy-MM-dd HH:mm:ss:SSS', '2026-11-23 12:34:56:789', '2026-11-23T12:34:56.789'],
  ['yyyyMMdd HHmmssSSS', '20261123 123456789123', '2026-11-23T12:34:56.789123'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-11-23 12:34:56.789 UTC', '2026-11-23T12:34:56.789'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-07-23 12:34:56 CEST', '2026-07-23T10:34:56'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-11-23 12:34:56 EST', '2026-11-23T17:34:56'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-11-23 12:34:56 +0545', '2026-11-23T06:49:56'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-11-23 12:34:56 +08', '2026-11-23T04:34:56'],
  ['EEE MMM d HH:mm:ss z yyyy', 'Mon Nov 23 12:34:56 CET 2026', '2026-11-23T11:34:56'],
  ['tai64n', '@400000006a6b2f0a1d8b3a04', '2026-07-30T11:01:20.495663620'],
  ['tai64n', '@400000000000000a', '1970-01-01T00:00:00'],
  ['epoch', '1795477831', '2026-11-23T23:50:31'],
  ['epoch', '1795477831378', '2026-11-23T23:50:31.378'],
  ['epoch', '1795477831378001', '2026-11-23T23:50:31.378001'],
  ['epoch', '1795477831378001999', '2026-11-23T23:50:31.378001999'],
  ['epoch', '1795477831.378001999', '2026-11-23T23:50:31.378001999'],
  ['epoch_s', '1795477831', '2026-11-23T23:50:31'],
  ['epoch_s', '1795477831.378', '2026-11-23T23:50:31.378'],
  ['epoch_s', '-0.5', '1969-12-31T23:59:59.500'],
  ['epoch_ms', '1795477831378', '2026-11-23T23:50:31.378'],
  ['epoch_ms', '5', '1970-01-01T00:00:00.005'],
  ['epoch_us', '1795477831378001', '2026-11-23T23:50:31.378001'],
  ['epoch_ns', '1795477831378001999', '2026-11-23T23:50:31.378001999'],
  ['clf', '31/Feb/2013:06:43:36 +0000', 'time_out_of_range'],
  ['clf', '11/Feb/2013:24:43:36 +0000', 'time_out_of_range'],
  ['clf', '11/Feb/1677:06:43:36 +0000', 'time_out_of_range'],
  ['iso', '2262-01-01T00:00:00Z', 'time_out_of_range'],
  ['iso', '2261-12-31T23:59:59.999999999Z', '2261-12-31T23:59:59.999999999'],
  ['epoch_s', '99999999999999', 'time_out_of_range'],
  ['syslog', 'Feb 30 06:00:00', 'time_out_of_range'],
  ['yyyy-DDD HH:mm:ss', '2026-366 12:34:56', 'time_out_of_range'],
  ['yyyy-DDD HH:mm:ss', '2026-000 12:34:56', 'time_out_of_range'],
  ['iso', '2026-00-10T12:34:56Z', 'time_out_of_range'],
  ['M/d/yyyy h:mm:ss a', '0/3/2026 12:34:56 AM', 'time_out_of_range'],
  ['M/d/yyyy h:mm:ss a', '11/3/2026 13:34:56 AM', 'time_out_of_range'],
  ['M/d/yyyy h:mm:ss a', '11/3/2026 0:34:56 AM', 'time_out_of_range'],
  ['M/d/yyyy h:mm:ss a', '11/3/2026 12:34:56 XM', 'bad_value'],
  ['tai64n', '@400000006a6b2f0affffffff', 'time_out_of_range'],
  ['tai64n', '@ffffffffffffffff', 'time_out_of_range'],
  ['tai64n', '@400000006a6b2f0', 'bad_value'],
  ['d MMMM yyyy HH:mm:ss', '23 Novembre 2026 12:34:56', 'bad_value'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-11-23 12:34:56 XYZ', 'bad_value'],
  ['yyyy-MM-dd HH:mm:ssf z', '2026-11-23 12:34:56 ESTX', 'bad_value'],
  ['clf', '11/Fob/2013:06:43:36 +0000', 'bad_value'],
  ['clf', '11/Feb/2013:06:43', 'bad_value'],
  ['clf', '', 'unexpected_end'],
])('%s reads %s as %s', (layout, text, expected) => {
  expect(read(layout, text)).toBe(expected)
})

test.each([
  ['a time without zone is in the zone of the reading', 'Asia/Shanghai', '2026-11-23 12:00:00', '2026-11-23T04:00:00'],
  ['a time the clock skips is moved on', 'Europe/Berlin', '2026-03-29 02:30:00', '2026-03-29T01:30:00'],
  ['before the gap', 'Europe/Berlin', '2026-03-29 01:59:59', '2026-03-29T00:59:59'],
  ['behind the gap', 'Europe/Berlin', '2026-03-29 03:00:00', '2026-03-29T01:00:00'],
  ['a time that comes twice is the first', 'Europe/Berlin', '2026-10-25 02:30:00', '2026-10-25T00:30:00'],
  ['behind the overlap', 'Europe/Berlin', '2026-10-25 03:00:00', '2026-10-25T02:00:00'],
  ['half hours of change', 'Australia/Lord_Howe', '2026-10-04 02:15:00', '2026-10-03T15:45:00'],
  ['a zone in the text counts', 'Asia/Shanghai', '2026-11-23 12:00:00Z', '2026-11-23T12:00:00'],
])('%s', (_, zone, text, expected) => {
  expect(read('iso', text, zone)).toBe(expected)
})

test('a name that several zones share means that of the reading, else the usual one', () => {
  const layout = 'yyyy-MM-dd HH:mm:ss z'
  expect(read(layout, '2026-11-23 12:34:56 CST', 'Asia/Shanghai')).toBe('2026-11-23T04:34:56')
  expect(read(layout, '2026-11-23 12:34:56 CST', 'America/Havana')).toBe('2026-11-23T17:34:56')
  expect(read(layout, '2026-11-23 12:34:56 CST', 'Europe/Berlin')).toBe('2026-11-23T18:34:56')
  expect(read(layout, '2026-11-23 12:34:56 IST', 'Asia/Jerusalem')).toBe('2026-11-23T10:34:56')
  expect(read(layout, '2026-11-23 12:34:56 IST')).toBe('2026-11-23T07:04:56')
  // What comes twice when clocks are put back is told apart by the name.
  expect(read(layout, '2026-10-25 02:30:00 CEST', 'Europe/Berlin')).toBe('2026-10-25T00:30:00')
  expect(read(layout, '2026-10-25 02:30:00 CET', 'Europe/Berlin')).toBe('2026-10-25T01:30:00')
})

test('a year-less time is of the year before where the zone of the reading is behind', () => {
  // Half past midnight in Greenwich: it is still the old year in New York.
  const now = Date.UTC(2027, 0, 1, 0, 30)
  expect(read('syslog', 'Dec 31 19:20:00', 'America/New_York', now)).toBe('2027-01-01T00:20:00')
  expect(read('syslog', 'Jan  1 08:20:00', 'Asia/Shanghai', now)).toBe('2027-01-01T00:20:00')
  expect(read('DDD HH:mm:ss', '365 19:20:00', 'America/New_York', now)).toBe('2027-01-01T00:20:00')
})

test('a year-less time just behind new year is of the new year, one before it of the old', () => {
  const now = Date.UTC(2027, 0, 1, 0, 5)
  expect(read('syslog', 'Jan  1 00:04:00', 'UTC', now)).toBe('2027-01-01T00:04:00')
  expect(read('syslog', 'Dec 31 23:59:00', 'UTC', now)).toBe('2026-12-31T23:59:00')
})

test('a time without its day is of today, or of yesterday where today has not come so far', () => {
  const now = Date.UTC(2026, 10, 23, 0, 5)
  expect(read('HH:mm:ssf', '00:04:00.250', 'UTC', now)).toBe('2026-11-23T00:04:00.250')
  expect(read('HH:mm:ssf', '23:59:00', 'UTC', now)).toBe('2026-11-22T23:59:00')
  expect(read('HH:mm:ssf', '01:04:59', 'UTC', now)).toBe('2026-11-23T01:04:59')
  expect(read('HH:mm:ssf', '01:05:01', 'UTC', now)).toBe('2026-11-22T01:05:01')
  // In Shanghai it is eight o'clock.
  expect(read('HH:mm:ss', '08:04:00', 'Asia/Shanghai', now)).toBe('2026-11-23T00:04:00')
  expect(read('HH:mm:ss', '25:00:00', 'UTC', now)).toBe('time_out_of_range')
})

test('a leap second is the last nanosecond before the next second', () => {
  expect(read('iso', '2016-12-31T23:59:60Z')).toBe('2016-12-31T23:59:59.999')
  expect(read('iso', '2016-12-31T23:59:60.123456789Z')).toBe('2016-12-31T23:59:59.999999999')
})

test('text behind an ISO time that is no zone is left alone', () => {
  const logged = grammar({ name: 'test', line: line`${time('@timestamp', 'iso')} ${text('message')}`, samples: ['-'] })
  expect(readOne(logged, '2026-11-23 12:34:56,789 - root')).toEqual({
    '@timestamp': '2026-11-23T12:34:56.789',
    message: '- root',
  })
  expect(readOne(logged, '2026-11-23 12:34:56 Zebra')).toEqual({
    '@timestamp': '2026-11-23T12:34:56',
    message: 'Zebra',
  })
  expect(readOne(logged, '2026-11-23 12:34:56 UTC up')).toEqual({ '@timestamp': '2026-11-23T12:34:56', message: 'up' })
  expect(readOne(logged, '2026-11-23 12:34:56 -5 left')).toEqual({
    '@timestamp': '2026-11-23T12:34:56',
    message: '-5 left',
  })
})

test.each([
  'dd/MMM/yyyy:HH:mm:ss Z',
  "EEEE, d MMMM yyyy 'at' HH:mm:ss ZZ",
  'yyyy-DDD HH:mm:ss:SSS',
  'M/dd/yyyy hh:mm:ssf a',
  'yyMMdd h:mm:ss a',
])('what is printed as %s reads as the same time', (layout) => {
  const timed = grammar({ name: 'test', line: line`${time('@timestamp', layout)}`, samples: ['-'] })
  for (const at of [0, 1, 946_684_799_999, 1_795_477_831_378, 1_709_164_800_000, 1_709_208_000_000]) {
    const column = { kind: 'time', ms: Float64Array.of(at), ns: Uint32Array.of(0), digits: Uint8Array.of(3) } as const
    const take = timed.form.alternatives[0]!.ops[0] as TakeOp
    const text = printValue(take.value, column, { row: 0, node: Buffer.alloc(0), zone: zoneOf('Asia/Shanghai') })!
    const row = readOne(timed, text, { timezone: 'Asia/Shanghai', now: noon }) as Record<string, string>
    const kept = /SSS|f/.test(layout) ? at : Math.floor(at / 1000) * 1000
    expect([text, Date.parse(`${row['@timestamp']}Z`)]).toEqual([text, kept])
  }
})

test.each([
  ['M/d/yyyy h:mm:ss', 'lacks whether the hour is one of morning or afternoon (a)'],
  ['yyyy HH:mm:ss', 'lacks a month (MM or MMM), a day (dd or d)'],
  ['dd dd/MM HH:mm:ss', 'names a part twice'],
  ['yyyy年MM月dd日 HH:mm:ss', 'holds a character beyond ASCII'],
])('the layout %s %s', (layout, problem) => {
  const timed = grammar({ name: 'test', line: line`${time('@timestamp', layout)}`, samples: ['-'] })
  expect(timed.problems.map(({ text: said }) => said)).toEqual([`test: Time layout '${layout}' ${problem}`])
})

const repeated = fc.constantFrom(
  ...['11/Feb/2026:06:43:36 +0000', '11/Feb/2026:06:43:37 +0000', '11/Feb/2026:06:43:36 +0800', '11/Feb/2026:06:43:36'],
  ...['2026-02-11T06:43:36', '2026-02-11T06:43:36Z', '2026-02-11T06:43:36.5', '2026-02-11 06:43', '1770792216', 'x'],
)
const behind = fc.constantFrom('', '.5', ',5', ':00', ' UTC', '+01', ']', '"')
const layouts = fc.constantFrom(
  ['clf', '11/Feb/2026:06:43:36 +0000'],
  ['iso', '2026-02-11T06:43:36Z'],
  ['epoch', '1770792216'],
  ['yyyy-MM-ddTHH:mm:ssfZ', '2026-02-11T06:43:36.5Z'],
)
property.prop([
  layouts,
  fc.constantFrom('] ', '"', '|', '\t', ' ', '.', ','),
  fc.array(fc.tuple(repeated, behind, behind), { maxLength: 12 }),
])('a time reads the same whatever line was read before it', ([layout, sample], stop, lines) => {
  const literals = Object.assign(['', stop, ''], { raw: ['', stop, ''] })
  const timed = grammar({
    name: 'test',
    line: line(literals, time('@timestamp', layout!), rest('message')),
    samples: [`${sample}${stop}x`],
  })
  const texts = lines.map(([at, first, second]) => `${at}${first}${stop}x${second}`)
  expect(readRecords(timed, texts).rows).toEqual(texts.map((text) => readOne(timed, text)))
})

test.each([
  ['11/Feb/2013:06:4x:36 +0000', 15],
  ['11/Feb/2013:06.43:36 +0000', 14],
  ['11/Feb/2013:06:43:3', 18],
  ['11/Foo/2013:06:43:36 +0000', 3],
  ['11/Feb/20x3:06:43:36 +0000', 7],
  ['1/Feb/2013:06:43:36 +0000', 0],
])('tells where a day or clock of %s breaks off', (text, at) => {
  const clf = grammar({
    name: 'test',
    line: line`${time('@timestamp', 'clf')}`,
    samples: ['11/Feb/2013:06:43:36 +0000'],
  })
  expect(readOne(clf, text)).toMatchObject({ code: expect.any(String), at })
})

test('a time that several forms begin with is that of its record', () => {
  const stamp = time('@timestamp', 'iso')
  const forms = grammar({
    name: 'test',
    line: line`${either(line`${stamp} a ${text('message')}`, line`${stamp} b ${text('message')}`)}`,
    samples: ['2026-11-23 12:34:56 a x', '2026-11-23 12:34:56 b x'],
  })
  const { rows } = readRecords(forms, [
    '2026-11-23 12:34:56 b x',
    '2026-11-23 12:34:56 +0800 b x',
    '2026-11-23 12:34:57 b x',
  ])
  expect(rows.map((row) => (row as Record<string, unknown>)['@timestamp'])).toEqual([
    '2026-11-23T12:34:56',
    '2026-11-23T04:34:56',
    '2026-11-23T12:34:57',
  ])
})
