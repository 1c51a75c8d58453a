import { shown } from './align.ts'
import { lexemes } from './lexeme.ts'
import { type Mined, mine, type Template } from './mine.ts'

export interface Grouped {
  readonly text: string
  /** Indices of its lines, in order. */
  readonly lines: readonly number[]
}

/** Units of a line that are looked at. */
const longest = 1024

/** The first line of a record, as far as its template is told by it. */
export const firstLine = (text: string): string => /[^\n\r]*/.exec(text.slice(0, longest))![0]

/** A template of the lines as a person reads it. */
export const templateText = (
  { tokens, lines: [first] }: Template,
  lines: readonly string[],
  messageAt: Mined['messageAt'],
): string => {
  const line = lines[first!]!
  const front = line.slice(0, messageAt[first!])
  const message = line.slice(front.length)
  return `${front === '' ? '' : `<*>${/[\s|]*$/.exec(front)![0]}`}${shown(tokens, message, lexemes(message))}`
}

/** Lines by their template, those with most lines first. */
export const grouped = (lines: readonly string[]): readonly Grouped[] => {
  const { templates, messageAt } = mine(lines)
  return templates
    .map((template) => ({ text: templateText(template, lines, messageAt), lines: template.lines }))
    .sort((a, b) => b.lines.length - a.lines.length)
}
