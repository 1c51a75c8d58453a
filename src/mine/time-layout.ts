const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const days = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'

/** Layouts that logs use, as grammars name them, and what a time of each looks like. */
const layouts: readonly (readonly [string, RegExp])[] = [
  ['iso', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?$/],
  ['clf', new RegExp(`^\\d\\d/(?:${months})/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}$`)],
  ['slashes', /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/],
  ['syslog', new RegExp(`^(?:${months}) (?: \\d|\\d\\d?) \\d\\d:\\d\\d:\\d\\d$`)],
  [
    'EEE MMM d HH:mm:ssf yyyy',
    new RegExp(`^(?:${days}) (?:${months}) (?: \\d|\\d\\d?) \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})? \\d{4}$`),
  ],
  ['MMM d HH:mm:ssf', new RegExp(`^(?:${months}) (?: \\d|\\d\\d?) \\d\\d:\\d\\d:\\d\\d[.,]\\d{1,9}$`)],
  ['d MMM yyyy HH:mm:ssf', new RegExp(`^(?: \\d|\\d\\d?) (?:${months}) \\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?$`)],
  ['d MMM HH:mm:ssf', new RegExp(`^(?: \\d|\\d\\d?) (?:${months}) \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?$`)],
  ['yyyy/MM/dd HH:mm:ssf', /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/],
  ['yyyy.MM.dd HH:mm:ssf', /^\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/],
  ['yyyy-MM-dd-HH:mm:ssf', /^\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/],
  ['yyyyMMddTHHmmssf', /^\d{8}T\d{6}(?:[.,]\d{1,9})?$/],
  ['yyyyMMddTHHmmssfZ', /^\d{8}T\d{6}(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/],
  ['yy/MM/dd HH:mm:ssf', /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/],
  ['MM-dd HH:mm:ssf', /^\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,9})?$/],
]

/** The layout all these times are written in, if there is one. */
export const timeLayout = (times: readonly string[]): string | undefined =>
  layouts.find(([, pattern]) => times.every((time) => pattern.test(time)))?.[0]
