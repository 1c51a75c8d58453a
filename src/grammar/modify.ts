import { markSite } from '../event/diagnostic.ts'
import type { Op, TakeOp } from './form.ts'
import type { Capture, Maybe, Part, PartProblem, Show } from './part.ts'

const changed = <R, O>(
  of: Capture<unknown, unknown>,
  change: (op: TakeOp) => TakeOp,
  problems: readonly PartProblem[] = [],
): Capture<R, O> => ({
  capture: true,
  fields: of.fields,
  ops: [change(of.ops[0] as TakeOp)],
  problems: [...of.problems, ...problems],
})

// biome-ignore lint/complexity/noBannedTypes: markSite takes any function
const empty = (below: Function, name: string): PartProblem => ({
  site: markSite(below),
  text: `The text of ${name} is empty`,
  mend: 'Give the text that stands there',
})

/** `mark` (or any of several, or nothing at all) stands for a missing value: `or('-', int('process.pid'))`. */
export const or = <R, O>(mark: string | readonly string[], of: Capture<R, O>): Capture<object, Show<R & O>> =>
  changed(of, (op) => ({
    ...op,
    absent: [...(op.absent ?? []), ...(typeof mark === 'string' ? [mark] : mark)].filter((text) => text !== ''),
  }))

/**
 * The text is escaped: `hex` as nginx does by default (`\x22`), `json` as in JSON strings (also nginx's
 * `escape=json`), `any` by one of the two, `hash` as HAProxy does (`#22`), `none` as it is. The value is decoded; an
 * escaped quote ends nothing.
 */
export const escaped = <R, O>(how: 'hex' | 'json' | 'any' | 'hash' | 'none', of: Capture<R, O>): Capture<R, O> =>
  changed(of, (op) => (how === 'none' ? op : { ...op, escape: how }))

/** Blanks and tabs around the value are padding. */
export const trimmed = <R, O>(of: Capture<R, O>): Capture<R, O> => changed(of, (op) => ({ ...op, trim: true }))

/** The value never holds `text`: a capture does not look for its end behind it. */
export const never = <R, O>(text: string, of: Capture<R, O>): Capture<R, O> =>
  changed(of, (op) => ({ ...op, never: text }), text === '' ? [empty(never, 'never()')] : [])

/**
 * The value ends at `text` where the next part of the layout stands right behind that, or the line's end: quotes
 * around text that is not escaped; `''` for none. The line may be cut, even within what stands between two values.
 */
export const closed = <R, O>(text: string, of: Capture<R, O>): Capture<R, O> =>
  changed(of, (op) => ({ ...op, extent: 'until', close: text }))

/**
 * The value may hold line ends. With `lastBefore` it ends not at the first place where the next part of the layout
 * stands, but at the last one before the first of this text behind it: a message that quotes what it is about.
 */
export const through = <R, O>(
  of: Capture<R, O>,
  { lastBefore }: { readonly lastBefore?: string } = {},
): Capture<R, O> =>
  changed(
    of,
    (op) => ({ ...op, extent: 'through', ...(lastBefore === undefined ? {} : { lastBefore }) }),
    lastBefore === '' ? [empty(through, 'lastBefore')] : [],
  )

/** What is told apart without looking for its end: reading it from each place of a line takes no longer than the line. */
const isShort = (ops: readonly Op[]): boolean =>
  ops.every((op) =>
    op.op === 'take'
      ? op.extent === 'self' || op.value.as === 'word' || op.value.as === 'identifier'
      : op.op === 'optional' || op.op === 'whole'
        ? isShort(op.ops)
        : op.op === 'either'
          ? op.branches.every(isShort)
          : op.op === 'literal',
  )

/**
 * The value ends not at the first place of its line where the next part of the layout stands, but at the last: a name
 * that whoever gives it may choose, before words that nobody does. With `before`, at the last place from which that piece
 * fits as well: words and numbers, of which nothing is kept.
 */
export const last = <R, O>(of: Capture<R, O>, { before }: { readonly before?: Part } = {}): Capture<R, O> =>
  changed(
    of,
    (op) => ({ ...op, extent: 'until', ...(before === undefined ? { lastBefore: '\n' } : { ahead: before.ops }) }),
    before === undefined || isShort(before.ops)
      ? []
      : [
          ...before.problems,
          {
            site: markSite(last),
            text: 'What has to stand behind the value holds text of any length',
            mend: 'Take words, numbers and times there: their ends are near',
          },
        ],
  )

/**
 * What is written twice, the next part of the layout between and `before` behind: `name[name] @ `, where the name may hold
 * a bracket too. Where the two are not equal, the value ends at the last such part before `before`.
 */
export const twice = <R, O>(of: Capture<R, O>, before: string): Capture<R, O> =>
  changed(
    of,
    (op) => ({ ...op, extent: 'until', lastBefore: before, twice: true }),
    before === '' ? [empty(twice, 'twice()')] : [],
  )

/** A double-quoted value, quotes included in the layout: ends at the quote no backslash precedes; JSON escapes are decoded. */
export const quoted = <R, O>(of: Capture<R, O>): Capture<R, O> =>
  changed(of, (op) => ({ ...op, extent: 'quoted', escape: op.escape ?? 'json' }))

const isCapture = <R, O>(part: Part<R, O>): part is Capture<R, O> => 'capture' in part

/**
 * A field of delimited text (RFC 4180): bare up to what follows in the layout, or in double quotes, line ends and doubled
 * quotes inside: line`${csv(int('app.id'))},${csv(or('', text('message')))}`. What is no capture reads the text of the
 * field, unless that is empty: csv(line`${word('user.name')}@${text('source.domain')}`).
 */
export const csv = ((of: Part): Part =>
  isCapture(of)
    ? changed(of, (op) => ({ ...op, extent: 'csv' }))
    : { ...of, ops: [{ op: 'csv', ops: of.ops, stops: [], orEnd: false }] }) as {
  <R, O>(of: Capture<R, O>): Capture<R, O>
  <P extends Part>(of: P): Maybe<P>
}

type Listed<R> = { readonly [K in keyof R]: R[K] extends readonly unknown[] ? R[K] : readonly R[K][] }

/** Several values divided by a separator (or any of several): `list([', ', ' : '], or('-', int('…')))`. */
export const list = <R, O>(
  separators: string | readonly string[],
  of: Capture<R, O>,
): Capture<Listed<R>, Listed<O>> => {
  const all = typeof separators === 'string' ? [separators] : separators
  const op = of.ops[0] as TakeOp
  const bad: PartProblem[] = []
  if (all.length === 0 || all.includes('')) {
    bad.push({
      site: markSite(list),
      text: 'A list has an empty separator',
      mend: "Give the text between two values, as ', '",
    })
  }
  if (['list', 'url', 'address', 'host'].includes(op.value.as) || op.extent === 'rest') {
    bad.push({
      site: markSite(list),
      text: `A list cannot hold ${op.value.as}`,
      mend: 'Take word, text, int, number, ip, bool or a time inside list()',
    })
  }
  return {
    ...changed<Listed<R>, Listed<O>>(
      of,
      (inner) => ({
        ...inner,
        extent: inner.extent === 'quoted' ? 'quoted' : 'until',
        value: { as: 'list', separators: all, of: inner.value },
      }),
      bad,
    ),
    fields: of.fields.map((field) => ({ ...field, list: true })),
  }
}

/** The field once more, later in the record; where both are there, this one counts. */
export const again = <R, O>(of: Capture<R, O>): Capture<object, object> => changed(of, (op) => ({ ...op, again: true }))

/** The field once more, later in the record; it counts only where the first capture has no value. */
export const unlessSet = <R, O>(of: Capture<R, O>): Capture<object, object> =>
  changed(of, (op) => ({ ...op, again: 'unset' }))
