/**
 * How a time is written. A pattern holds
 *   yyyy  year            yy  of 1969…2068        MM  month      MMM  English month name, three letters
 *   dd    day, two digits d   one or two, or blank-padded        EEE  English day name, three letters, not checked
 *   HH    hour            H   one or two, or blank-padded        mm   minute      ss  second
 *   f     fraction of a second, if there: `.` or `,` and one to nine digits
 *   Z     zone: `Z`, `UTC`, `GMT`, `±hh`, `±hhmm`, `±hh:mm`; printed `±hhmm`.   ZZ  the same, printed `±hh:mm`
 * and any other character for itself. Without yyyy and yy the year is the one that puts the time nearest before the
 * time of reading (a day of clock difference is forgiven). Without month and day it is the day that does so (an hour is
 * forgiven): true of a log that is read as it is written. Names for usual ones:
 */
const namedLayouts: Readonly<Record<string, string>> = {
  clf: 'dd/MMM/yyyy:HH:mm:ss Z',
  syslog: 'MMM d HH:mm:ss',
  slashes: 'yyyy/MM/dd HH:mm:ss',
  mysql: 'yyMMdd H:mm:ssf',
}
/**
 * Read by code of their own: `iso`, ISO 8601 in all its dresses (T or blank, `.` or `,` and up to nine digits, any zone or
 * none), and counts since 1970, with a fraction if there; `epoch` tells s, ms, µs and ns apart by the number of digits.
 */
const ownLayouts = ['iso', 'epoch', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns'] as const

export const layoutTokens = [
  'yyyy',
  'yy',
  'MMM',
  'MM',
  'dd',
  'd',
  'EEE',
  'HH',
  'H',
  'mm',
  'ss',
  'f',
  'ZZ',
  'Z',
] as const
export type LayoutToken = (typeof layoutTokens)[number]
export type LayoutItem = { readonly token: LayoutToken } | { readonly literal: string }

/** The items of a pattern, in order. */
export const layoutItems = (layout: string): readonly LayoutItem[] => {
  const pattern = Object.hasOwn(namedLayouts, layout) ? namedLayouts[layout]! : layout
  const items: LayoutItem[] = []
  for (let i = 0; i < pattern.length; ) {
    const token = layoutTokens.find((name) => pattern.startsWith(name, i))
    items.push(token === undefined ? { literal: pattern[i]! } : { token })
    i += token?.length ?? 1
  }
  return items
}

/** Why a layout cannot be read, if so. */
export const layoutProblem = (layout: string): { readonly text: string; readonly mend: string } | undefined => {
  if ((ownLayouts as readonly string[]).includes(layout)) return undefined
  const items = layoutItems(layout)
  const tokens = items.flatMap((item) => ('token' in item ? [item.token] : []))
  const has = (...names: readonly LayoutToken[]): boolean => names.some((name) => tokens.includes(name))
  const isDaily = !has('yyyy', 'yy', 'MM', 'MMM', 'dd', 'd')
  const missing = [
    ...(isDaily || has('MM', 'MMM') ? [] : ['a month (MM or MMM)']),
    ...(isDaily || has('dd', 'd') ? [] : ['a day (dd or d)']),
    ...(has('HH', 'H') ? [] : ['an hour (HH or H)']),
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
  return undefined
}
