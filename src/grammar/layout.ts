/**
 * How a time is written. A pattern holds
 *   yyyy  year            yy  of 1969…2068        MM  month, two digits   M  one or two
 *   MMM   English month name, three letters       MMMM  the whole name    DDD  day of the year, three digits
 *   dd    day, two digits d   one or two, or blank-padded
 *   EEE   English day name, three letters, not checked                    EEEE  the whole name
 *   HH    hour            H   one or two, or blank-padded                 hh, h  the same of 1…12, with   a  AM or PM
 *   mm    minute          ss  second
 *   f     fraction of a second, if there: `.` or `,` and one to nine digits     SSS  its digits alone, one to nine
 *   Z     zone: `Z`, `UTC`, `GMT`, `±hh`, `±hhmm`, `±hh:mm`; printed `±hhmm`.   ZZ  the same, printed `±hh:mm`
 *   z     the same, or the name of one, as `CEST` (zone-names.ts)
 * and any other character for itself; letters between apostrophes, too: `d MMMM yyyy 'at' HH:mm:ss`. Without yyyy and yy
 * the year is the one that puts the time nearest before the time of reading (a day of clock difference is forgiven). Without
 * month and day it is the day that does so (an hour is forgiven): true of a log that is read as it is written.
 * Names for usual ones:
 */
const namedLayouts: Readonly<Record<string, string>> = {
  clf: 'dd/MMM/yyyy:HH:mm:ss Z',
  syslog: 'MMM d HH:mm:ss',
  slashes: 'yyyy/MM/dd HH:mm:ss',
  mysql: 'yyMMdd H:mm:ssf',
}
/**
 * Read by code of their own: `iso`, ISO 8601 in all its dresses (T or blank, `.` or `,` and up to nine digits, any zone or
 * none); counts since 1970, with a fraction if there, where `epoch` tells s, ms, µs and ns apart by the number of digits;
 * and `tai64n`, labels of multilog and its kin (https://cr.yp.to/libtai/tai64.html): `@` and 16 or 24 hex digits.
 */
const ownLayouts = ['iso', 'epoch', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns', 'tai64n'] as const
export type OwnLayout = (typeof ownLayouts)[number]

/** Longer ones first: what a pattern holds is the first that fits. */
const layoutTokens = [
  'yyyy',
  'yy',
  'MMMM',
  'MMM',
  'MM',
  'M',
  'DDD',
  'dd',
  'd',
  'EEEE',
  'EEE',
  'HH',
  'H',
  'hh',
  'h',
  'mm',
  'ss',
  'SSS',
  'f',
  'a',
  'ZZ',
  'Z',
  'z',
] as const
export type LayoutToken = (typeof layoutTokens)[number]
export type LayoutItem = { readonly token: LayoutToken } | { readonly literal: string }

export const isOwnLayout = (layout: string): layout is OwnLayout => (ownLayouts as readonly string[]).includes(layout)

/** The items of a pattern, in order. */
export const layoutItems = (layout: string): readonly LayoutItem[] => {
  const pattern = Object.hasOwn(namedLayouts, layout) ? namedLayouts[layout]! : layout
  const items: LayoutItem[] = []
  for (let i = 0; i < pattern.length; ) {
    const quoted = /^'((?:[^']|'')*)'/.exec(pattern.slice(i))
    const token = quoted === null ? layoutTokens.find((name) => pattern.startsWith(name, i)) : undefined
    if (quoted !== null) {
      const text = quoted[1] === '' ? "'" : quoted[1]!.replaceAll("''", "'")
      items.push(...[...text].map((literal) => ({ literal })))
    } else items.push(token === undefined ? { literal: pattern[i]! } : { token })
    i += quoted?.[0].length ?? token?.length ?? 1
  }
  return items
}

/** Why a layout cannot be read, if so. */
export const layoutProblem = (layout: string): { readonly text: string; readonly mend: string } | undefined => {
  if (isOwnLayout(layout)) return undefined
  const items = layoutItems(layout)
  const tokens = items.flatMap((item) => ('token' in item ? [item.token] : []))
  const has = (...names: readonly LayoutToken[]): boolean => names.some((name) => tokens.includes(name))
  const isDaily = !has('yyyy', 'yy', 'MM', 'M', 'MMM', 'MMMM', 'DDD', 'dd', 'd')
  const missing = [
    ...(isDaily || has('MM', 'M', 'MMM', 'MMMM', 'DDD') ? [] : ['a month (MM or MMM)']),
    ...(isDaily || has('dd', 'd', 'DDD') ? [] : ['a day (dd or d)']),
    ...(has('HH', 'H', 'hh', 'h') ? [] : ['an hour (HH or H)']),
    ...(has('hh', 'h') && !has('a') ? ['whether the hour is one of morning or afternoon (a)'] : []),
    ...(has('mm') ? [] : ['minutes (mm)']),
    ...(has('ss') ? [] : ['seconds (ss)']),
  ]
  if (missing.length > 0) {
    const names = [...Object.keys(namedLayouts), ...ownLayouts].join(', ')
    return {
      text: `Time layout '${layout}' lacks ${missing.join(', ')}`,
      mend: `Write a pattern as dd/MMM/yyyy:HH:mm:ss Z, or one of ${names}`,
    }
  }
  if (new Set(tokens).size < tokens.length)
    return { text: `Time layout '${layout}' names a part twice`, mend: 'Leave one out' }
  const beyond = items.find((item) => 'literal' in item && !/^[ -~]$/.test(item.literal))
  if (beyond !== undefined)
    return {
      text: `Time layout '${layout}' holds a character beyond ASCII`,
      mend: 'Put it into the line around the time',
    }
  return undefined
}
