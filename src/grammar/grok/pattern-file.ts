import { GrokMistake } from './mistake.ts'

/** Patterns by name. */
export type Patterns = ReadonlyMap<string, string>

/**
 * A pattern file as Logstash reads it: `NAME expression` a line, `#` before a comment; of two with one name the last
 * counts. Blanks at the end are part of the expression. `file` is for what is said of mistakes.
 */
export const readPatternFile = (text: string, file: string): Patterns => {
  const patterns = new Map<string, string>()
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue
    const match = /^\s*(\w+)\s+(\S.*)$/.exec(line)
    if (match === null)
      throw new GrokMistake(
        `${file}:${i + 1}:1: '${line.slice(0, 40)}' is no pattern: write NAME, a blank, and the expression`,
      )
    patterns.set(match[1]!, match[2]!)
  }
  return patterns
}
