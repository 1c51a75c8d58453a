import { markSite, type SiteMark } from '../event/diagnostic.ts'
import { type FieldType, fieldOf, isVendorName, vendors } from '../event/field.ts'
import type { FormField, TakeOp, Value } from './form.ts'
import type { Capture, Fits, Offered, PartProblem, Yields } from './part.ts'

/** What is wrong with capturing a `type` under `name`, if anything. */
export const nameProblems = (site: SiteMark, name: string, type: FieldType, list: boolean): readonly PartProblem[] => {
  const field = fieldOf(name)
  if (field === undefined) {
    if (isVendorName(name)) return []
    return [
      {
        site,
        text: `'${name}' is no field`,
        mend: `Take a field of the table (tailrace fields), or a lower-case name under one of ${vendors.slice(0, 4).join('., ')}., …`,
      },
    ]
  }
  if (field.type !== type && !(field.type === 'text' && type === 'keyword')) {
    return [
      {
        site,
        text: `'${name}' is a ${field.type}, but is captured as a ${type}`,
        mend: `Take a capture that reads a ${field.type}`,
      },
    ]
  }
  if ((field.list === true) !== list) {
    return field.list === true
      ? [{ site, text: `'${name}' holds several values`, mend: 'Wrap the capture in list(separators, …)' }]
      : [{ site, text: `'${name}' holds one value`, mend: 'Take the capture without list(…)' }]
  }
  return []
}

export interface CaptureSpec {
  readonly site: SiteMark
  readonly name: string | undefined
  readonly type: FieldType
  readonly extent: TakeOp['extent']
  readonly value: Value
  /** Further fields it yields. */
  readonly also?: readonly FormField[]
  readonly problems?: readonly PartProblem[]
}

/** A capture as a value: one `take`. Stops are known only where it stands in a grammar. */
export const captureOf = <R, O>({
  site,
  name,
  type,
  extent,
  value,
  also = [],
  problems = [],
}: CaptureSpec): Capture<R, O> => {
  // A `text` field is text all the same; the table decides which of the two it is.
  const held = name !== undefined && type === 'keyword' && fieldOf(name)?.type === 'text' ? 'text' : type
  const op: TakeOp = {
    op: 'take',
    ...(name === undefined ? {} : { field: name }),
    extent,
    value,
    stops: [],
    orEnd: false,
  }
  return {
    capture: true,
    ops: [op],
    fields: name === undefined ? [] : [{ name, type: held, list: false }, ...also],
    // Whether a list was meant is known after modifiers; grammar() asks again.
    problems:
      name === undefined ? problems : [...nameProblems(site, name, held, fieldOf(name)?.list === true), ...problems],
  }
}

type Texts = 'keyword' | 'text'

const texts = (extent: TakeOp['extent'], as: 'text' | 'word') => {
  const capture = <const N extends Offered<Texts>>(name: N & Fits<N, Texts>): Capture<Yields<N, Texts>, object> =>
    captureOf({ site: markSite(capture), name, type: 'keyword', extent, value: { as } })
  return capture
}

/** Text without blanks, up to the next literal. */
export const word = texts('until', 'word')
/** A name of a logger, class or module, up to the next literal; `dotted`: one with a dot in it, as few other words have. */
export const identifier = <const N extends Offered<Texts>>(
  name: N & Fits<N, Texts>,
  { dotted }: { readonly dotted?: true } = {},
): Capture<Yields<N, Texts>, object> => {
  const value = { as: 'identifier', ...(dotted === undefined ? {} : { dotted }) } as const
  return captureOf({ site: markSite(identifier), name, type: 'keyword', extent: 'until', value })
}
/** Text up to the next literal; where nothing follows, to the line's end. Empty only inside `or`. */
export const text = texts('until', 'text')
/** Everything to the end of the record, further lines included. */
export const rest = texts('rest', 'text')

/** A whole number: −2^63 … 2^63−1; every digit is kept. */
export const int = <const N extends Offered<'long'>>(name: N & Fits<N, 'long'>): Capture<Yields<N, 'long'>, object> =>
  captureOf({ site: markSite(int), name, type: 'long', extent: 'self', value: { as: 'long' } })

/** A decimal number; its digits are kept. */
export const number = <const N extends Offered<'double'>>(
  name: N & Fits<N, 'double'>,
): Capture<Yields<N, 'double'>, object> =>
  captureOf({ site: markSite(number), name, type: 'double', extent: 'self', value: { as: 'double' } })

/** An IPv4 or IPv6 address. Where a name or socket may stand instead, take `address`. */
export const ip = <const N extends Offered<'ip'>>(name: N & Fits<N, 'ip'>): Capture<Yields<N, 'ip'>, object> =>
  captureOf({ site: markSite(ip), name, type: 'ip', extent: 'self', value: { as: 'ip' } })

const powers = { s: 9, ms: 6, us: 3, ns: 0 } as const
export type DurationUnit = keyof typeof powers
/** The value of a duration in `unit`; `digits` is how many decimals its program writes (for printing). */
export const durationValue = (unit: DurationUnit, digits = unit === 's' ? 3 : 0): Value => ({
  as: 'duration',
  power: powers[unit],
  digits,
})

/** A decimal number of `unit`, held as whole nanoseconds; exact. `digits`: decimals its program writes, for printing. */
export const duration = <const N extends Offered<'long'>>(
  name: N & Fits<N, 'long'>,
  unit: DurationUnit,
  digits?: number,
): Capture<Yields<N, 'long'>, object> =>
  captureOf({ site: markSite(duration), name, type: 'long', extent: 'self', value: durationValue(unit, digits) })

/** One of two words. */
export const bool = <const N extends Offered<'boolean'>>(
  name: N & Fits<N, 'boolean'>,
  words: { readonly true: string; readonly false: string },
): Capture<Yields<N, 'boolean'>, object> =>
  captureOf({ site: markSite(bool), name, type: 'boolean', extent: 'self', value: { as: 'boolean', ...words } })

/** One of the words listed, as written; the longest that fits. */
export const oneOfWords = <const N extends Offered<'keyword'>>(
  name: N & Fits<N, 'keyword'>,
  words: readonly string[],
): Capture<Yields<N, 'keyword'>, object> =>
  captureOf({
    site: markSite(oneOfWords),
    name,
    type: 'keyword',
    extent: 'self',
    value: { as: 'words', words },
    problems:
      words.length === 0 || words.includes('')
        ? [
            {
              site: markSite(oneOfWords),
              text: `'${name}' has no words, or an empty one`,
              mend: 'List each word it may be',
            },
          ]
        : [],
  })

/** Text that goes nowhere: up to the next literal, with `'word'` without blanks, or with `'rest'` to the end of the record. */
export const skip = (how: 'text' | 'word' | 'rest' = 'text'): Capture<object, object> =>
  captureOf({
    site: markSite(skip),
    name: undefined,
    type: 'keyword',
    extent: how === 'rest' ? 'rest' : 'until',
    value: { as: how === 'word' ? 'word' : 'skip' },
  })
