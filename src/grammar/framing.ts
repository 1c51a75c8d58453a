import { type Diagnostic, diagnose, markSite, type SiteMark } from '../event/diagnostic.ts'
import { defaultMaxBytes, type Framing, type LineReader } from '../event/framing.ts'
import { stepsOf } from './assemble.ts'
import { type BodyScan, bodyScans } from './body-scan.ts'
import { type Doubt, doubtsOf } from './doubt.ts'
import { encode } from './encode.ts'
import { withStops } from './follow.ts'
import { limitLines } from './limit-lines.ts'
import { createMachine, openRecord } from './machine.ts'
import { mayOpen, openingOf } from './opening.ts'
import type { Part } from './part.ts'
import { isBlank, runAll, sameAsAny, sameBytes } from './step.ts'
import { zoneOf } from './zone.ts'

/** A quoting mark of the text records hold, and the character that makes the next count for nothing inside. */
export interface Quote {
  readonly mark: string
  readonly escape?: string
}

/** When a line that looks like the start of a record is to be believed. */
export interface Body {
  /** Lines that begin so, right behind a record's start, are its header; the first other line begins its body. */
  readonly header: readonly string[]
  /** The line of the header that its body follows, where there is one. */
  readonly last?: readonly string[]
  /** A start inside a quotation or comment of the body is text. Doubled quotes need no mention. */
  readonly quotes?: readonly Quote[]
  /** Opening and closing text; `'\n'` closes at the line's end. */
  readonly comments?: readonly (readonly [open: string, close: string])[]
  /** A start counts only where the line before it ended so, as `;`. */
  readonly end?: string
  /**
   * A line that every header has. In a body only a header that has it begins a record. And text may leave a quotation
   * open, by mistake or on purpose: a whole header inside of one is that of a record after all where another follows inside
   * of a later quotation, or the records end inside of one.
   */
  readonly sure?: string
}
export interface JoinOptions {
  /** See `Framing`; default 1 MiB. */
  readonly maxBytes?: number
  /** See `Framing`; default 2 s. */
  readonly flushAfter?: number
  /** Lines a record has at most: what comes behind is a record of its own. Default: as many as there are. */
  readonly maxLines?: number
}
export interface StartOptions extends JoinOptions {
  /** Lines that belong to no record, as a banner between two: they end the record before, unless they are text of its body. */
  readonly between?: readonly Part[]
  /**
   * Records that begin so hold line ends as they are: in one of these only another of these begins a record, whatever its
   * text is made to look like. A layout has to be one that no line of the text fits.
   */
  readonly raw?: readonly Part[]
  /**
   * Records have a header and a body. In the header, a start begins a new record only if it does not come later in
   * `layouts` than those the record has (so `# Time` and `# User@Host` are one header); in the body, see there.
   */
  readonly body?: Body
}
export type FramingOf = Framing & { readonly problems: readonly Diagnostic[] }

const nowhere = new Uint8Array(0)

const limitProblems = (site: SiteMark, { maxBytes, flushAfter, maxLines }: JoinOptions): readonly Diagnostic[] => {
  const isCount = (value: number | undefined, least: number): boolean =>
    value === undefined || (Number.isSafeInteger(value) && value >= least)
  return [
    ...(isCount(maxBytes, 1)
      ? []
      : [diagnose(site, `A record cannot have ${maxBytes} bytes at most`, 'Give a whole number from 1')]),
    ...(isCount(maxLines, 1)
      ? []
      : [diagnose(site, `A record cannot have ${maxLines} lines at most`, 'Give a whole number from 1')]),
    ...(isCount(flushAfter, 0)
      ? []
      : [diagnose(site, `A record cannot be ended after ${flushAfter} ms`, 'Give a whole number of milliseconds')]),
  ]
}

const joined = (
  site: SiteMark,
  options: JoinOptions,
  problems: readonly Diagnostic[],
  begin: () => LineReader,
): FramingOf => {
  const { maxBytes = defaultMaxBytes, flushAfter = 2000, maxLines } = options
  return {
    joins: true,
    maxBytes,
    flushAfter,
    begin: limitLines(begin, maxLines),
    problems: [...problems, ...limitProblems(site, options)],
  }
}

/** The index of the first layout that a line begins as; -1 for none. Values are checked, nothing is kept. */
const matcher = (layouts: readonly Part[], problems: Diagnostic[], say: (text: string, mend: string) => Diagnostic) => {
  const all = layouts.map((part) => {
    for (const { site, text, mend } of part.problems) problems.push(diagnose(site, text, mend))
    const ops = withStops(part.ops, (between, and) =>
      problems.push(say(`Nothing tells where ${between} ends: ${and} follows at once`, 'Put a literal between them')),
    )
    if (ops.length === 0) problems.push(say('A start is empty', 'Give the text that records begin with'))
    if (/"op":"(?:json|key_values|delimited|header_lines|regex|extract)"/.test(JSON.stringify(ops)))
      problems.push(
        say(
          'A start reads more than a beginning: an expression, or what has names of its own',
          'Give what such lines begin with, as line`{"`',
        ),
      )
    return { steps: stepsOf(ops, () => -1), opening: openingOf(ops) }
  })
  const m = createMachine(false)
  m.zone = zoneOf('UTC')
  return (bytes: Uint8Array, start: number, end: number): number => {
    m.bytes = bytes
    // Memory is used again: what stood at an address is gone.
    m.last.times = undefined
    // Of a whole memory it is made once, of a line that lies elsewhere for that line.
    if (m.view.buffer !== bytes.buffer || m.view.byteOffset !== bytes.byteOffset || m.view.byteLength !== bytes.length)
      m.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let i = 0; i < all.length; i++) {
      const { steps, opening } = all[i]!
      if (!mayOpen(opening, bytes, start, end)) continue
      openRecord(m, 0, start, end)
      if (runAll(m, steps)) {
        m.bytes = nowhere
        return i
      }
    }
    m.bytes = nowhere
    return -1
  }
}

/**
 * Lines that do not begin as one of `layouts` belong to the record before. A layout is what a line begins with; what
 * comes behind is free. Lines before any start are records of their own.
 */
export const starts = (layouts: readonly Part[], options: StartOptions = {}): FramingOf => {
  const site = markSite(starts)
  const problems: Diagnostic[] = []
  const { maxBytes = defaultMaxBytes, between = [], raw = [], body } = options
  const match = matcher([...raw, ...layouts, ...between], problems, (text, mend) => diagnose(site, text, mend))
  if (layouts.length === 0)
    problems.push(diagnose(site, 'No layout of a start', 'Give what records begin with: starts([line`…`])'))
  const header = (body?.header ?? []).map(encode)
  const last = (body?.last ?? []).map(encode)

  const scans = body === undefined ? undefined : bodyScans(body)
  const doubts = body?.sure === undefined ? undefined : doubtsOf(body.header, body.sure)
  const begin = (): LineReader => {
    // Made where a record begins: many a line between records is asked about by a reader of its own.
    let scan: BodyScan | undefined
    let doubt: Doubt | undefined
    // Index of the latest start in this record's header; -1: a record of a stray line, or none.
    let kind = -1
    let inBody = false
    return {
      starts(bytes, start, end) {
        if (scan !== undefined && kind >= 0 && inBody && !scan.mayEnd()) {
          const back = doubt?.line(bytes, start, end, scan.ending() && match(bytes, start, end) >= 0) ?? 0
          if (back > 0) return back
          scan.line(bytes, start, end, end - start >= maxBytes)
          return false
        }
        const began = doubt?.pass(bytes, start, end) ?? 0
        if (began > 0) return began
        const found = match(bytes, start, end)
        if (kind >= 0 && kind < raw.length && found >= raw.length) return false
        if (found >= raw.length + layouts.length) {
          kind = -1
          inBody = false
          return 'between'
        }
        if (found >= 0 && (scan === undefined || !inBody || scan.hasEnded())) {
          if (doubt !== undefined && inBody) {
            doubt.suspect()
            scan?.line(bytes, start, end, false)
            return false
          }
          const belongs = scan !== undefined && !inBody && kind >= 0 && found > kind
          kind = found
          if (belongs) return false
          inBody = false
          scan ??= scans?.()
          if (scan !== undefined) doubt ??= doubts?.(scan)
          scan?.reset()
          doubt?.reset()
          return true
        }
        if (kind < 0) return true
        if (scan === undefined) return false
        if (inBody) scan.line(bytes, start, end, end - start >= maxBytes)
        else if (sameAsAny(last, bytes, start, end)) inBody = true
        else if (!sameAsAny(header, bytes, start, end)) {
          inBody = true
          scan.line(bytes, start, end, end - start >= maxBytes)
        }
        return false
      },
      ...(doubts === undefined ? {} : { left: () => (inBody ? (doubt?.left() ?? 0) : 0) }),
    }
  }
  return joined(site, options, problems, begin)
}

/** Lines that begin as one of `layouts` belong to the record before; each other line begins one. */
export const continues = (layouts: readonly Part[], options: JoinOptions = {}): FramingOf => {
  const site = markSite(continues)
  const problems: Diagnostic[] = []
  const match = matcher(layouts, problems, (text, mend) => diagnose(site, text, mend))
  if (layouts.length === 0)
    problems.push(
      diagnose(site, 'No layout of a further line', 'Give what such lines begin with: continues([line`…`])'),
    )
  return joined(site, options, problems, () => ({ starts: (bytes, start, end) => match(bytes, start, end) < 0 }))
}

/** A line that ends in `mark`, as a backslash, is continued by the next. */
export const continuedBy = (mark: string, options: JoinOptions = {}): FramingOf => {
  const site = markSite(continuedBy)
  const text = encode(mark)
  const problems =
    mark === '' || mark.includes('\n')
      ? [
          diagnose(
            site,
            'The mark of a line that goes on is empty, or a line end',
            "Give what such lines end in, as '\\\\'",
          ),
        ]
      : []
  return joined(site, options, problems, () => {
    let goesOn = false
    return {
      starts(bytes, start, end) {
        const begins = !goesOn
        goesOn = end - start >= text.length && sameBytes(bytes, end - text.length, end, text)
        return begins
      },
    }
  })
}

/** Lines up to a blank one are a record; blank lines are part of none. */
export const paragraphs = (options: JoinOptions = {}): FramingOf =>
  joined(markSite(paragraphs), options, [], () => {
    let open = false
    return {
      starts(bytes, start, end) {
        let at = start
        while (at < end && isBlank(bytes[at])) at++
        const begins = !open
        open = at < end
        return open ? begins : 'between'
      },
    }
  })

/** Lines that begin with a blank or tab belong to the record before. */
export const indented = (options: JoinOptions = {}): FramingOf =>
  joined(markSite(indented), options, [], () => {
    let first = true
    return {
      starts(bytes, start, end) {
        const begins = first || start >= end || !isBlank(bytes[start])
        first = false
        return begins
      },
    }
  })
