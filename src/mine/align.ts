import type { Lexeme } from './lexeme.ts'
import { gap } from './skeleton.ts'

/** A line as its template takes it apart: text that is constant, and values. */
export type Piece = { readonly constant: string } | { readonly value: string }

/** Farther than this many pieces a gap is not tried: a line that needs more is shown whole. */
const mostSteps = 20_000

/** Whether what is behind the token may be no value at all: `user=`, `List()`. */
const mayBeEmpty = (token: string | undefined): boolean =>
  token !== undefined && token.length === 1 && '=([{<"\'`'.includes(token)

/** For each token, the index of the first of its lexemes; undefined where the template does not fit. */
const placed = (tokens: readonly string[], pieces: readonly Lexeme[]): readonly number[] | undefined => {
  const at: number[] = []
  let steps = 0
  const fits = (token: number, piece: number): boolean => {
    if (++steps > mostSteps) return false
    if (token === tokens.length) return piece === pieces.length
    at[token] = piece
    if (tokens[token] !== gap) return pieces[piece]?.text === tokens[token] && fits(token + 1, piece + 1)
    const next = tokens[token + 1]
    for (let end = mayBeEmpty(tokens[token - 1]) ? piece : piece + 1; end <= pieces.length; end++)
      if ((next === undefined ? end === pieces.length : pieces[end]?.text === next) && fits(token + 1, end)) return true
    return false
  }
  return fits(0, 0) ? at : undefined
}

/** Takes a line of the template apart; pieces joined are the line. A value may be empty. Undefined where the line is not of it. */
export const align = (
  tokens: readonly string[],
  line: string,
  pieces: readonly Lexeme[],
): readonly Piece[] | undefined => {
  const at = placed(tokens, pieces)
  if (at === undefined) return undefined
  const out: Piece[] = []
  let done = 0
  const constantTo = (end: number): void => {
    if (end > done) out.push({ constant: line.slice(done, end) })
    done = end
  }
  for (const [token, first] of at.entries()) {
    if (tokens[token] !== gap) continue
    const end = at[token + 1] ?? pieces.length
    const last = pieces[end - 1]!
    if (end === first) {
      constantTo(last.start + last.text.length)
      out.push({ value: '' })
      continue
    }
    constantTo(pieces[first]!.start)
    // What a long line has beyond the part that was looked at belongs to its last piece.
    done = last.start + last.text.length
    out.push({ value: line.slice(pieces[first]!.start, done) })
  }
  constantTo(line.length)
  return out
}

/** The template as a person reads it, spaced as in `line`, one of its lines. */
export const shown = (tokens: readonly string[], line: string, pieces: readonly Lexeme[]): string =>
  align(tokens, line, pieces)
    ?.map((piece) => ('constant' in piece ? piece.constant : '<*>'))
    .join('') ?? tokens.map((token) => (token === gap ? '<*>' : token)).join(' ')
