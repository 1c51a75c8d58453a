import { skip } from './capture.ts'
import type { Derived } from './derive.ts'
import type { FormatPiece, FormatProblem } from './format-pieces.ts'
import { line, optional, whole } from './line.ts'
import { escaped, or } from './modify.ts'
import type { Capture, Part } from './part.ts'
import type { RequestLineOptions } from './request-line.ts'

/** How a variable is written into a line. */
export interface Kind {
  /** What reads it into a field. */
  part(field: string, writing: RequestLineOptions): Part
  /** Several of the kind say the same: the one that stands first in the table counts. */
  readonly repeats?: true
  /** It has a value in every line. */
  readonly always?: true
  /** Passes over one that says nothing new, where that is not text up to what follows. */
  skip?(): Part
}
export interface Variable {
  readonly kind: Kind
  /** Where it goes: the first field that no other variable of the format has taken. */
  readonly fields: readonly string[]
  /** Further fields its value fills. */
  readonly also: readonly string[]
  /** Values as the server writes them, for samples; where there are several, there is always one. */
  readonly samples: readonly string[]
}

/** Names come from tables, so their types are not checked again. */
type Read = (field: never) => Capture

/** Text that the server escapes. */
export const written = (read: Read, absent: string | readonly string[] = '-'): Kind => ({
  part: (field, { escape: how }) => or(absent, escaped(how, read(field as never))),
})
/** Digits, a time, fixed words: there is nothing to escape in it. */
export const plainly = (read: Read): Kind => ({ part: (field) => or('-', read(field as never)) })

/** Words divided by `, `, as many as a request may come by: a blank ends the last one only. */
const addressWords = Array.from({ length: 24 }).reduce<Part>(
  (more) => line`${skip('word')}${optional(line`, ${more}`)}`,
  skip('word'),
)
/** Addresses divided by commas, with or without a blank; whatever else a client sent, where no blank stands behind. */
export const addressesWritten = (read: Read): Kind => ({
  part: (field, { escape: how, before }) => {
    const of = or('-', escaped(how, read(field as never)))
    return before.startsWith(' ') ? whole(of, addressWords) : of
  },
})

export const variable = (
  kind: Kind,
  samples: string | readonly string[],
  fields: string | readonly string[],
  also: readonly string[] = [],
): Variable => ({
  kind,
  samples: typeof samples === 'string' ? [samples] : samples,
  fields: typeof fields === 'string' ? [fields] : fields,
  also,
})

/** The text of a server's access log format, read. */
export interface ReadFormat {
  /** Of the grammar that is made of it. */
  readonly name: string
  readonly title: string
  readonly url: string
  /** What the server's configuration calls it. */
  readonly directive: string
  readonly pieces: readonly FormatPiece[]
  readonly problems: readonly FormatProblem[]
  readonly escape: RequestLineOptions['escape']
  /** What stands in a line for a variable without a value. */
  readonly absent: string
  of(name: string): Variable
  /** The same as one that has no field of its own: a header, a cookie. */
  other(name: string): Variable
  /** Of two that could fill one field, the lower does. */
  rank(name: string): number
  /** As it stands in the format. */
  shown(name: string): string
  /** Fields that follow from those there are. */
  derive(has: (field: string) => boolean): Readonly<Record<string, Derived>>
}
