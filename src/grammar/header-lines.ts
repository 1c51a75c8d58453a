import { markSite } from '../event/diagnostic.ts'
import type { FieldType } from '../event/field.ts'
import { nameProblems } from './capture.ts'
import type { HeaderLinesOp, TakeOp } from './form.ts'
import type { Capture, Part, Yields } from './part.ts'

type Union<T> = (T extends unknown ? (of: T) => void : never) extends (of: infer I) => void ? I : never
type YieldOf<M, K extends keyof M> = [K] extends [never]
  ? object
  : Union<{ [N in K]: M[N] extends Capture<infer R, infer O> ? R & O : never }[K]>

export interface HeaderLinesSpec<M, N, T, O> {
  /** What each of the lines begins with. */
  readonly mark: string
  /** Beginnings of lines that are no header any more. */
  readonly until?: readonly string[]
  readonly pairs: M
  /** Names that have to be there. */
  readonly needed: readonly N[]
  /** Lines that hold no pairs, by what they begin with behind the mark: the field they are collected in, a line each. */
  readonly texts?: Readonly<Record<string, { readonly field: T; readonly whole?: boolean }>>
  /** Where names that are not listed go, and values that do not fit. */
  readonly others: O
}

/** Header lines of `Name: value  Name: value`, however they are spread over lines; the body follows them. */
export const headerLines = <
  const M extends Readonly<Record<string, Capture>>,
  const N extends keyof M & string,
  const T extends string,
  const O extends string,
>({
  mark,
  until = [],
  pairs,
  needed,
  texts,
  others,
}: HeaderLinesSpec<M, N, T, O>): Part<
  YieldOf<M, N>,
  YieldOf<M, Exclude<keyof M, N>> & Yields<T, 'keyword'> & Yields<O, 'flattened'>
> => {
  const site = markSite(headerLines)
  const captures = Object.entries<Capture>(pairs)
  const lines = Object.entries(texts ?? {}) as [string, { readonly field: string; readonly whole?: boolean }][]
  const own: [string, FieldType][] = [
    ...[...new Set(lines.map(([, { field }]) => field))].map((field): [string, FieldType] => [field, 'keyword']),
    [others, 'flattened'],
  ]
  const op: HeaderLinesOp = {
    op: 'header_lines',
    mark,
    until,
    separator: ': ',
    members: captures.map(([name, capture]) => ({ name, take: capture.ops[0] as TakeOp })),
    needed,
    texts: lines.map(([begins, { field, whole = false }]) => ({ begins, field, whole })),
    others,
  }
  return {
    ops: [op],
    fields: [
      ...captures.flatMap(([, capture]) => capture.fields),
      ...own.map(([name, type]) => ({ name, type, list: false })),
    ],
    problems: [
      ...captures.flatMap(([, capture]) => capture.problems),
      ...own.flatMap(([name, type]) => nameProblems(site, name, type, false)),
      ...(mark === '' || lines.some(([begins]) => begins === '')
        ? [{ site, text: 'A header line begins with nothing', mend: "Give what it begins with, as '#'" }]
        : []),
    ],
  }
}
