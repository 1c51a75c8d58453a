import type { Diagnostic } from '../event/diagnostic.ts'
import { byLine, type Framing } from '../event/framing.ts'
import type { Part } from './part.ts'

/** A quoting mark of the text records hold, and what makes the next character count for nothing inside. */
export interface Quote {
  readonly mark: string
  readonly escape?: string
}

/** When a line that looks like the start of a record is to be believed. */
export interface Body {
  /** Lines that begin so, right after a record's start, are its header; the first other line begins its body. */
  readonly header: readonly string[]
  /** A start inside a quotation or comment of the body is text. Doubled quotes need no mention. */
  readonly quotes?: readonly Quote[]
  /** Opening and closing text; `'\n'` closes at the line's end. */
  readonly comments?: readonly (readonly [open: string, close: string])[]
  /** A start counts only where the line before it ended so, as `;`. */
  readonly end?: string
}
export interface JoinOptions {
  /** See `Framing`. */
  readonly maxBytes?: number
  readonly flushAfter?: number
}
export interface StartOptions extends JoinOptions {
  /** Layouts that also begin a record, one without header and body: a banner. Any start ends it. */
  readonly loose?: readonly Part[]
  readonly body?: Body
}

export type FramingOf = Framing & { readonly problems: readonly Diagnostic[] }

/** Lines that do not begin as one of `layouts` belong to the record before. Lines before any start are records of their own. */
export const starts = (layouts: readonly Part[], options: StartOptions = {}): FramingOf => ({
  ...byLine(options.maxBytes),
  joins: layouts.length > 0,
  problems: [],
})
/** Lines that begin with a blank or tab belong to the record before. */
export const indented = (options: JoinOptions = {}): FramingOf => ({
  ...byLine(options.maxBytes),
  joins: true,
  problems: [],
})
