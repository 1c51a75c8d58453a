import { type Piece, piecesOf } from '../pieces.ts'

/**
 * What changes what stands behind it, refers to what stands elsewhere, or is told in more signs than pieces know: of an
 * expression with these no part is looked for by itself.
 */
const elsewhere = /\\[1-9kgKG]|\\[CM]-|\(\?[a-zA-Z-]+\)|\(\?[~({]|\(\*|[\ud800-\udfff]/

/** Pieces one after another, of groups that have one alternative and are there once too. */
const inOrder = (pieces: readonly Piece[]): readonly Piece[] =>
  pieces.flatMap((piece) => {
    if (
      piece.inner === undefined ||
      piece.quantifier !== '' ||
      piece.kind === 'look' ||
      /^\(\?[imx-]+:/.test(piece.atom)
    )
      return [piece]
    const [only, ...others] = piecesOf(piece.inner)
    return only === undefined || others.length > 0 ? [piece] : inOrder(only)
  })

/** How seldom these characters stand in a text: words and blanks are everywhere in a log. */
const rarity = (literal: string): number => {
  let sum = 0
  for (const sign of literal.slice(0, 3)) sum += /[\w ]/.test(sign) ? 1 : /[-.:,/=]/.test(sign) ? 2 : 4
  return sum
}
const rareEnough = 3

/** The literal that pieces begin with. */
const beginning = (pieces: readonly Piece[]): string => {
  let text = ''
  for (const { literal } of pieces) {
    if (literal === undefined) break
    text += literal
  }
  return text
}

/**
 * The last part of an expression of Oniguruma's, from a literal that is rare in texts on. Wherever the expression fits, it fits
 * too: where it fits nowhere, the expression need not be tried at every place. Undefined: there is none that is quicker to find
 * than the expression.
 */
export const neededTail = (source: string): string | undefined => {
  if (elsewhere.test(source)) return undefined
  const [only, ...others] = piecesOf(source)
  if (only === undefined || others.length > 0) return undefined
  const pieces = inOrder(only)
  // The longer it is the less it fits by chance.
  const from = pieces.findIndex((_, i) => rarity(beginning(pieces.slice(i))) >= rareEnough)
  if (from <= 0) return undefined
  return pieces
    .slice(from)
    .map(({ text, literal }) => (literal === undefined ? `(?:${text})` : text))
    .join('')
    .replace(/\(\?<g\d+>/g, '(?:')
}
