import { said } from './fault.ts'

/** A question needs more memory than DuckDB may use. Nothing else is the worse for it. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  readonly code = 'question_too_large'
  constructor(megabytes: number, cause: unknown) {
    super(
      `The question needs more memory than the ${megabytes} MB that DuckDB may use for it. Ask about a shorter time (--since, --until) or fewer groups, or give it more: store: duckdb({ memory: ${2 * megabytes} }). DuckDB says: ${said(cause)}`,
      { cause },
    )
  }
}
