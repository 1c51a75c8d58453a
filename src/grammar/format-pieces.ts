/** A piece of the text that tells how a server writes its access log: what stands in every line, or a variable. */
export type FormatPiece =
  | { readonly literal: string; readonly at: number }
  | { readonly variable: string; readonly at: number }

export interface FormatProblem {
  /** Character of the text as given, from 1. */
  readonly at: number
  readonly text: string
  readonly mend: string
}

/** Characters with their places in the text as given. */
export interface Chars {
  readonly text: string
  readonly at: readonly number[]
}

/** Puts two variables with this text between them into one, where a `pair` is known of them by its name. */
export const joinedBy =
  (between: string, pair: (first: string, second: string) => string | undefined) =>
  (pieces: readonly FormatPiece[]): readonly FormatPiece[] => {
    const all: FormatPiece[] = []
    for (let i = 0; i < pieces.length; i++) {
      const first = pieces[i]!
      const literal = pieces[i + 1]
      const stands = between === '' || (literal !== undefined && 'literal' in literal && literal.literal === between)
      const second = pieces[i + (between === '' ? 1 : 2)]
      const name =
        stands && 'variable' in first && second !== undefined && 'variable' in second
          ? pair(first.variable, second.variable)
          : undefined
      if (name === undefined) all.push(first)
      else {
        all.push({ variable: name, at: first.at })
        i += between === '' ? 1 : 2
      }
    }
    return all
  }
