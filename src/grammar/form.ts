import type { ErrorMembers } from './error-text.ts'

/**
 * The intermediate form of a grammar: plain data, JSON-serialisable, the one thing both readings of a grammar (the
 * interpreter here, a compiler elsewhere) are made from. This file is its whole documentation; the list of
 * operations is closed and a test freezes it.
 *
 * Reading a record: alternatives are tried in order, the first that fits wins. An alternative is a list of
 * operations run one after another over the bytes of the record; it fits when the last has run and nothing is left.
 * `line end` below is the next `\n` of the record, or its end. Where a form is not `multiline`, it is its end.
 * A failed branch (of `optional`, `either`, `any_order`) takes back its position and every value it set; a branch
 * that fitted is never tried otherwise afterwards. So time is bounded by operations × bytes.
 */

export const opNames = [
  'literal',
  'newline',
  'blanks',
  'take',
  'optional',
  'either',
  'whole',
  'csv',
  'any_order',
  'pairs',
  'header_lines',
  'trace',
  'regex',
  'extract',
  'json',
  'key_values',
  'uncoloured',
  'delimited',
] as const
export const valueNames = ['text', 'word', 'identifier', 'words', 'long', 'double', 'duration', 'elapsed', 'boolean', 'ip', 'address', 'host', 'url', 'time', 'structured_data', 'list', 'skip'] as const // biome-ignore format: one list, read across

/** The very bytes of `text`. Never empty, holds no line end. */
export interface LiteralOp {
  readonly op: 'literal'
  readonly text: string
}
/** One line end; what follows belongs to the next line of the record. */
export interface NewlineOp {
  readonly op: 'newline'
}
/** One or more blanks or tabs. */
export interface BlanksOp {
  readonly op: 'blanks'
}
/**
 * Bytes that become a value.
 * - `self`: the value says itself where it ends (digits, addresses, times, words of a list).
 * - `until`: up to the first of `stops` in this line; where none is there and `orEnd`, up to the line end. Where a
 *   literal and a time follow (in this list of operations), a stop counts only if such a time stands behind it. In
 *   escaped text a byte behind a backslash ends nothing; in a list a separator goes before a stop.
 * - `through`: as `until`, but through line ends, up to the end of the record.
 * - `rest`: up to the end of the record, line ends included.
 * - `quoted`: from a double quote to the next that no backslash precedes, line ends included; quotes are not part of it.
 * - `csv`: as `until`; but behind a double quote to the next that is not doubled, line ends included: each two are one of
 *   the value. One of `stops` has to follow. Where none closes, it reaches to the record's end if `orEnd`.
 * Where `absent` is given, an empty value and each of the texts mean "no value"; else an empty value does not fit.
 */
export interface TakeOp {
  readonly op: 'take'
  /** Undefined for skipped text. */
  readonly field?: string
  /** The field was captured before; where this has a value, it replaces the first, or `unset`: only where that has none. */
  readonly again?: true | 'unset'
  readonly extent: 'self' | 'until' | 'through' | 'rest' | 'quoted' | 'csv'
  readonly value: Value
  readonly stops: readonly string[]
  readonly orEnd: boolean
  readonly absent?: readonly string[]
  /**
   * `hex`: `\xHH` is a byte (nginx's default escape), `\"` and `\\` are the second character (what others do to the
   * same layouts). `json`: JSON's string escapes. `any`: both, where the log does not tell; no text means two things.
   * `hash`: `#HH` is a byte (HAProxy's); in a list each element is decoded by itself, since a separator in one is escaped.
   * What is no such escape stays as it is. Decoded bytes that are no UTF-8 become U+FFFD, and the record is flagged
   * `invalid_utf8`.
   */
  readonly escape?: 'hex' | 'json' | 'any' | 'hash'
  /** The value cannot hold this text: where it stands before the first stop, the value does not fit. */
  readonly never?: string
  /** Not the first stop, but the last one before the first of this text behind the first stop; of the line with `\n`. */
  readonly lastBefore?: string
  /** With `lastBefore`: where a stop divides what stands before that text into two equal halves, the value ends there. */
  readonly twice?: true
  /** Not the first stop, but the last one of the line from which these fit; nothing they read is kept. */
  readonly ahead?: readonly Op[]
  /**
   * Text (perhaps empty) that closes the value and is passed with it: each of `stops` begins with it. A value that reaches
   * to the end loses what stops begin with there: the closing text, and more where a record was cut inside a stop.
   */
  readonly close?: string
  /** Blanks and tabs around the value are none of it. */
  readonly trim?: true
}
/** The operations, or nothing. */
export interface OptionalOp {
  readonly op: 'optional'
  readonly ops: readonly Op[]
}
/** The first branch that fits. */
export interface EitherOp {
  readonly op: 'either'
  readonly branches: readonly (readonly Op[])[]
}
/**
 * The operations; what they passed, as it stands there, is also read as the value of `take`, which has neither stops nor an
 * extent of its own.
 */
export interface WholeOp {
  readonly op: 'whole'
  readonly take: TakeOp
  readonly ops: readonly Op[]
}
/**
 * A value as `take` reads one of extent `csv`; its text, with doubled quotes made one, is read by the operations, which have
 * to reach to its end. An empty one is not read.
 */
export interface CsvOp {
  readonly op: 'csv'
  readonly ops: readonly Op[]
  readonly stops: readonly string[]
  readonly orEnd: boolean
}
/** Each part at most once, in any order; those `needed` exactly once. */
export interface AnyOrderOp {
  readonly op: 'any_order'
  readonly parts: readonly { readonly ops: readonly Op[]; readonly needed: boolean }[]
}
/**
 * `Name: value  Name: value` up to the line end: a name (no blanks, no separator), the separator, a value up to
 * the next blank that stands before another name and separator, blanks. Names that are not listed are skipped, value
 * and all. The value of a listed name must fit its operation, which has neither stops nor extent of its own.
 */
export interface PairsOp {
  readonly op: 'pairs'
  readonly separator: string
  readonly members: readonly { readonly name: string; readonly take: TakeOp }[]
}
/**
 * Lines that begin with `mark`, from here to the first that does not, or that begins with one of `until`. The first
 * begins here. Behind the mark and blanks each holds
 * - text that begins as one of `texts`: the rest of the line (from `begins` on where `whole`) is a line of that field;
 * - else pairs, as `pairs` reads them. A value that does not fit is as one not listed. Those not listed become members of
 *   `others`, named in lower case, with the value as JSON number or string;
 * - else nothing that is kept.
 * Where one of `needed` is not among the names, it does not fit.
 */
export interface HeaderLinesOp {
  readonly op: 'header_lines'
  readonly mark: string
  readonly until: readonly string[]
  readonly separator: string
  readonly members: readonly { readonly name: string; readonly take: TakeOp }[]
  readonly needed: readonly string[]
  readonly texts: readonly { readonly begins: string; readonly field: string; readonly whole: boolean }[]
  readonly others: string
}
/**
 * Everything to the end of the record, as `rest`, with a stack trace cut off: the trace begins with the first line that
 * is one of `heads`. What stands before it is `field`, if anything; the whole trace is `trace`. Where both are one field, it gets all of it. The error is told by the
 * first line behind the last head that is not blank in the column in which that head's own text begins (behind blanks
 * and `+`): `type` up to `: ` or the line's end, `reason` behind it; where that column is the first, up to the next of
 * `stacks` or the end. Lines of `stacks` begin a trace that tells no error. Lines that begin as one of `frames` in that
 * column tell none either.
 * Where `calls` are given, the trace begins with the first line (or what is left of the first) that begins with a name and
 * `: ` or, right before, that is a name, before the first line that begins as one of them (`dotted`: a name with a dot). It tells the error: `type`
 * is the name, less a code in brackets behind it, `reason` what stands behind up to the first call. Line ends around it are none
 * of it.
 * Without `field`, what is no trace goes nowhere, and nothing fits.
 */
export interface TraceOp {
  readonly op: 'trace'
  readonly field?: string
  readonly trace: string
  readonly type: string
  readonly reason: string
  readonly heads: readonly string[]
  readonly stacks: readonly string[]
  readonly frames: readonly string[]
  readonly calls?: readonly string[]
  readonly dotted?: true
  /** Where the value is a JSON object or list: the names of its members. It is printed as a trace (error-text.ts). */
  readonly members?: ErrorMembers
}
/**
 * A regular expression over the bytes up to `stops` (as `until`), one byte a character, anchored at both ends; its
 * named groups become values. The time it takes is bounded: `pattern_timeout`.
 */
export interface RegexOp {
  readonly op: 'regex'
  readonly source: string
  readonly groups: readonly { readonly name: string; readonly take: TakeOp }[]
  readonly stops: readonly string[]
  readonly orEnd: boolean
}
/**
 * Everything to the end of the record by a pattern of Logstash's, as text: `grok` (with own `patterns` by name, and stock
 * ones with the fields of `ecs`) or `dissect` (`separator` between appended texts). What it captures under one of the
 * names (dotted) becomes a value, if it is not empty; two texts of one name do not fit. Its time is bounded as a regex's.
 */
export interface ExtractOp {
  readonly op: 'extract'
  readonly by: 'grok' | 'dissect'
  readonly pattern: string
  readonly patterns?: Readonly<Record<string, string>>
  readonly ecs?: 'disabled' | 'v1' | 'v8'
  readonly separator?: string
  readonly captures: readonly { readonly name: string; readonly take: TakeOp }[]
}
/**
 * The whole record is one JSON object (blanks around it allowed). A member is named by its path, nested and dotted
 * alike: `{"a":{"b":1}}` and `{"a.b":1}` are both `a.b`; of members with one path the last wins.
 */
export interface JsonOp {
  readonly op: 'json'
  readonly members: readonly JsonMember[]
  /** Texts, numbers and booleans that are read further, by operations; what does not fit stays undeclared. */
  readonly lines: readonly { readonly key: string; readonly ops: readonly Op[] }[]
  /** `json`: members that no field took, or whose value does not fit, go to the field `json`. `drop`: nowhere. */
  readonly undeclared: 'json' | 'drop'
  /** Paths of texts that are JSON objects themselves: their members are read as if the object stood there. A text that is none is a text. */
  readonly nested?: readonly string[]
  /** By the text of a field: the fields that have to be there too. */
  readonly needs?: { readonly field: string; readonly by: Readonly<Record<string, readonly string[]>> }
  /** It ends where the line does, and something may stand before it. */
  readonly inLine?: true
}
/**
 * `key=value` up to the line end, divided by blanks, or by `between` with blanks around it. A key has no blanks, quotes or
 * separator in it (with `between`: no blanks at its ends); its name is a path, as a member's of `json`. A value is
 * - behind one of `quotes`: up to the same quote again, one that a backslash precedes not counted; escapes are decoded
 *   (JSON's, `\\xHH`, `\\'`). A blank, `between` or the line end follows;
 * - where `brackets` and it holds `([{<`: up to the end of a value whose brackets are closed, quoted text in them passed.
 *   In a line in which some are not closed, none count from there on;
 * - else the text up to the next blank or `between`.
 * An empty value is none. A key alone is `true` where `bare`, and no text, else it does not fit. With `text`, what stands before the first
 * `key=` (a name: letters, digits, `_.-`) goes to that field, without blanks at its ends. Of equal keys the last wins.
 * Members that no field took go to `json` under `prefix` and their key: numbers and booleans as such, else as texts.
 */
export interface KeyValuesOp {
  readonly op: 'key_values'
  readonly separator: string
  readonly between: string
  readonly quotes: readonly string[]
  readonly brackets: boolean
  readonly bare: boolean
  readonly text?: string
  readonly prefix: string
  readonly members: readonly JsonMember[]
  readonly lines: readonly { readonly key: string; readonly ops: readonly Op[] }[]
  readonly undeclared: 'json' | 'drop'
}
/**
 * A row of delimited text (RFC 4180): the whole record, a value a column, `separator` between. Behind `quote`, where a value
 * begins with it, the value goes to the next quote that is not doubled, line ends and all; two are one of the value. A value
 * that is empty, or one of `absent` without quotes, is none. More values than columns do not fit, nor fewer than `atLeast`. What
 * values become, and where those go that no field took, is as with `key_values`, the column as key.
 */
export interface DelimitedOp {
  readonly op: 'delimited'
  readonly columns: readonly string[]
  readonly separator: string
  /** Empty: none. */
  readonly quote: string
  readonly absent: readonly string[]
  readonly atLeast: number
  readonly members: readonly JsonMember[]
  readonly lines: readonly { readonly key: string; readonly ops: readonly Op[] }[]
  readonly undeclared: 'json' | 'drop'
}
/** The rest of the record, colours of terminals (`ESC [ … m`) taken out, read by the operations. Without any escape it does not fit. */
export interface UncolouredOp {
  readonly op: 'uncoloured'
  readonly ops: readonly Op[]
}
/** The first of `keys` whose value is there and fits. `null` and an empty string are no value, but enough where it is only to be `there`. */
export interface JsonMember {
  readonly field: string
  readonly keys: readonly string[]
  readonly value: Value
  readonly required: boolean
  readonly there?: true
  /** An array of numbers from 0 to 255 is the bytes of the text. */
  readonly octets?: true
}

export type Op =
  | LiteralOp
  | NewlineOp
  | BlanksOp
  | TakeOp
  | OptionalOp
  | EitherOp
  | WholeOp
  | CsvOp
  | AnyOrderOp
  | PairsOp
  | HeaderLinesOp
  | TraceOp
  | RegexOp
  | ExtractOp
  | JsonOp
  | KeyValuesOp
  | UncolouredOp
  | DelimitedOp

/** How bytes become a value. */
export type Value =
  /** Any text. */
  | { readonly as: 'text' }
  /** Text without blanks and tabs. */
  | { readonly as: 'word' }
  /** A name of a logger, class or module: letters, digits, `_`, `$`, `.`, `-`, `:`; a letter or `_` first, no `:` last; `dotted`: a `.` inside. */
  | { readonly as: 'identifier'; readonly dotted?: true }
  /** One of the texts, the longest that fits. */
  | { readonly as: 'words'; readonly words: readonly string[] }
  /** Digits, perhaps a minus before: −2^63 … 2^63−1. */
  | { readonly as: 'long' }
  /** Decimal digits, perhaps a minus before, a fraction and an exponent after. */
  | { readonly as: 'double' }
  /** A decimal × 10^power nanoseconds, exact; what is below a nanosecond is cut off. Printed with `digits` decimals. */
  | { readonly as: 'duration'; readonly power: 0 | 3 | 6 | 9; readonly digits: number }
  /** Decimals, each with its unit (`h`, `m`, `s`, `ms`, `us`, `µs`, `ns`), one behind the other: `1m30.5s`. Held as nanoseconds. */
  | { readonly as: 'elapsed' }
  | { readonly as: 'boolean'; readonly true: string; readonly false: string }
  | { readonly as: 'ip' }
  /** A word, as written; also `ip`, where it is an address. With `list`: perhaps several. They begin with one that a
   *  comma or double quotes end, then commas and blanks divide them, and quotes do not count. The value is the first
   *  public one, else the first; `list` has all of them but sockets (`unix:`). */
  | { readonly as: 'address'; readonly ip?: string; readonly list?: string }
  /** A host as clients name it: name or address, perhaps `:port` behind it (`sure`: always). The value is the host
   *  without the brackets of an IPv6 address; also the port, and `ip` or `domain` by what the host is. */
  | {
      readonly as: 'host'
      readonly port?: string
      readonly ip?: string
      readonly domain?: string
      readonly sure?: true
    }
  /** A request target or URL, as written; also its parts under `prefix`: path, query, scheme, domain, port. */
  | { readonly as: 'url'; readonly prefix: string }
  /** The first layout that fits; see layout.ts. */
  | { readonly as: 'time'; readonly layouts: readonly string[] }
  /** Structured data of RFC 5424, brackets and all: a member an element, its parameters an object of texts. Such as would
   *  not print as it is written does not fit: names that come again elsewhere, backslashes that escape nothing. */
  | { readonly as: 'structured_data' }
  /** Elements divided by any of the separators. Elements that are absent marks are left out. */
  | { readonly as: 'list'; readonly separators: readonly string[]; readonly of: Value }
  | { readonly as: 'skip' }

/** A value that follows from others of the row; set where the field has none yet. */
export type DeriveOp =
  | { readonly to: string; readonly from: 'constant'; readonly text: string }
  | { readonly to: string; readonly from: 'copy'; readonly field: string }
  /** Texts of a text field; those not listed give nothing, or `otherwise`. */
  | {
      readonly to: string
      readonly from: 'words'
      readonly field: string
      readonly map: Readonly<Record<string, string>>
      readonly otherwise?: string
    }
  /** Of a number: the text of the first range whose `below` is above it, else `otherwise`. */
  | { readonly to: string; readonly from: 'ranges'; readonly field: string; readonly ranges: readonly { readonly below: number; readonly text: string }[]; readonly otherwise?: string } // biome-ignore format: a row each
  /** Of two numbers of the row: a text by how the first compares with the second. */
  | { readonly to: string; readonly from: 'comparison'; readonly field: string; readonly with: string; readonly less?: string; readonly same?: string; readonly more?: string } // biome-ignore format: a row each
  /** Of a whole number: how often `by` goes into it, or what is left then. */
  | {
      readonly to: string
      readonly from: 'division'
      readonly field: string
      readonly by: number
      readonly take: 'quotient' | 'remainder'
    }
  /** What stands behind the last dot of the last segment of a path: one to ten letters and digits, else nothing. */
  | { readonly to: string; readonly from: 'extension'; readonly field: string }
  /** The last element of a list; of one that is `address:port`, one of the two. */
  | { readonly to: string; readonly from: 'last'; readonly field: string; readonly part?: 'ip' | 'port' }
  /** The sum of a list of numbers. */
  | { readonly to: string; readonly from: 'sum'; readonly field: string }

export interface FormField {
  readonly name: string
  readonly type: 'keyword' | 'text' | 'long' | 'double' | 'boolean' | 'date' | 'ip' | 'flattened'
  readonly list: boolean
}

export interface FormAlternative {
  readonly name: string
  readonly ops: readonly Op[]
  readonly derive: readonly DeriveOp[]
}

export interface Form {
  readonly version: 1
  readonly fields: readonly FormField[]
  /** Records may hold line ends. */
  readonly multiline: boolean
  readonly alternatives: readonly FormAlternative[]
}
