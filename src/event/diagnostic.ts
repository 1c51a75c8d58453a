/** A mistake in a definition, and the sentence that mends it. Collected, shown all at once, never thrown one by one. */
export interface Diagnostic {
  /** Path or `file:` URL; undefined where the definition came from no file (command line, environment). */
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** What is wrong, a sentence without its full stop. */
  readonly text: string
  /** How to mend it, a sentence without its full stop. */
  readonly mend: string
}

export interface Site {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Taken where a definition is written down; turned into a place only if it is needed. */
export interface SiteMark {
  readonly stack?: string | undefined
}

/** Remembers the caller of the function `below` (pass that function). Cheap: nothing is parsed. */
// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
export const markSite = (below: Function): SiteMark => {
  const mark: { stack?: string } = {}
  Error.captureStackTrace(mark, below)
  return mark
}

/** The place a mark was taken at, a path rather than a URL (which says `?v=` of what was imported again). */
export const siteOf = (mark: SiteMark): Site | undefined => {
  const match = /\(?((?:file:\/\/)?\/[^()\n]+?):(\d+):(\d+)\)?$/m.exec(mark.stack ?? '')
  return match === null
    ? undefined
    : {
        file: match[1]!.replace(/^file:\/\//, '').replace(/\?v=\d+$/, ''),
        line: Number(match[2]),
        column: Number(match[3]),
      }
}

export const diagnose = (mark: SiteMark | undefined, text: string, mend: string): Diagnostic => ({
  ...(mark === undefined ? {} : siteOf(mark)),
  text,
  mend,
})

/** `file:line:column: what is wrong. How to mend it.` */
export const printDiagnostic = ({ file, line, column, text, mend }: Diagnostic): string =>
  `${file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}:${column ?? 1}`}: `}${text}. ${mend}.`

/** Orders mistakes as someone mends them: file by file, from the top. */
export const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  (a.file ?? '').localeCompare(b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
