import { align, shown } from './align.ts'
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

/** Lines of a template of which the first that is built as it says shows it. */
const mostTried = 50

/** A template of the lines as a person reads it. */
export const templateText = (
  { tokens, lines: own }: Template,
  lines: readonly string[],
  messageAt: Mined['messageAt'],
): string => {
  const partsOf = (i: number) => {
    const message = lines[i]!.slice(messageAt[i])
    return { front: lines[i]!.slice(0, messageAt[i]), message, pieces: lexemes(message) }
  }
  const told = own.slice(0, mostTried).find((i) => {
    const { message, pieces } = partsOf(i)
    return align(tokens, message, pieces) !== undefined
  })
  const { front, message, pieces } = partsOf(told ?? own[0]!)
  return `${front === '' ? '' : `<*>${/[\s|]*$/.exec(front)![0]}`}${shown(tokens, message, pieces)}`
}

/** Lines by their template, those with most lines first. */
export const grouped = (lines: readonly string[]): readonly Grouped[] => {
  const { templates, messageAt } = mine(lines)
  return templates
    .map((template) => ({ text: templateText(template, lines, messageAt), lines: template.lines }))
    .sort((a, b) => b.lines.length - a.lines.length)
}
