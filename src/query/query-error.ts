export interface QueryProblem {
  /** UTF-16 unit of the query text, from 0, and how many units the mistake covers. */
  readonly at: number
  readonly length: number
  /** What is wrong and how to mend it: sentences without their full stops. */
  readonly text: string
  readonly mend: string
}

const shown = 100

/** Mistakes in a query, all that could be found at once. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code = 'query_invalid'
  readonly query: string
  readonly problems: readonly QueryProblem[]

  constructor(query: string, problems: readonly QueryProblem[]) {
    super(problems.map(({ text, mend }) => `${text}. ${mend}.`).join(' '))
    this.query = query
    this.problems = Object.freeze(problems.map((problem) => Object.freeze({ ...problem })))
  }

  /** For a terminal: each problem under its piece of the query, marked by carets. Control characters show as `·`. */
  draw(): string {
    return this.problems.map((problem) => drawOne(this.query, problem)).join('\n')
  }
}

/** Columns a character takes in a terminal: two for those of East Asian width. */
const widthOf = (character: string): number => {
  if (/\p{Mn}/u.test(character)) return 0
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1
}

const visible = (text: string): string => text.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')

const columns = (text: string): number => [...text].reduce((sum, character) => sum + widthOf(character), 0)

const drawOne = (query: string, { at, length, text, mend }: QueryProblem): string => {
  const from = Math.max(0, Math.min(at, query.length) - shown / 2)
  const before = visible(query.slice(from, at))
  const marked = visible(query.slice(at, Math.min(at + length, from + shown)))
  const rest = visible(query.slice(at + length, Math.max(at + length, from + shown)))
  const carets = '^'.repeat(Math.max(1, columns(marked)))
  return `  ${before}${marked}${rest}\n  ${' '.repeat(columns(before))}${carets}\n${text}. ${mend}.`
}
