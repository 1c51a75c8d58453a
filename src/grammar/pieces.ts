/** A part of an expression that stands for itself: what it is, how often, and what is inside. */
export interface Piece {
  readonly text: string
  /** The text without its quantifier, and that. */
  readonly atom: string
  readonly quantifier: string
  /** Literal text, as it is in what it fits. */
  readonly literal: string | undefined
  /** `%{NAME…}`. */
  readonly reference: string | undefined
  /** What a group holds. */
  readonly inner: string | undefined
  /** Of a group. */
  readonly kind: 'plain' | 'atomic' | 'look'
}

const escaped = /\\(?:[xpPuo]\{[^}]*\}|x[\da-fA-F]{1,2}|u[\da-fA-F]{4}|[kg](?:<[^>]*>|'[^']*')|c.|\d{1,3}|[\s\S]|$)/y
const quantifier = /(?:[*+?]|\{\d*,?\d*\})[+?]?/y
const plainEscape = /^\\[^\w]$/

const at = (sticky: RegExp, text: string, from: number): string => {
  sticky.lastIndex = from
  return sticky.exec(text)?.[0] ?? ''
}

/** The end of a class or group that begins at `from`; the text's end where it has none. */
const endOf = (text: string, from: number): number => {
  let depth = 0
  let inClass = 0
  for (let i = from; i < text.length; i++) {
    const sign = text[i]!
    if (sign === '\\') i++
    else if (sign === '[') inClass++
    else if (sign === ']' && inClass > 0) inClass--
    else if (inClass === 0 && sign === '(') depth++
    else if (inClass === 0 && sign === ')') depth--
    if (sign !== '\\' && depth === 0 && inClass === 0) return i + 1
  }
  return text.length
}

const literalOf = (atom: string): string | undefined =>
  plainEscape.test(atom) ? atom[1] : atom.length === 1 && !/[.^$|()[\]{}*+?\\]/.test(atom) ? atom : undefined

const pieceAt = (text: string, from: number, references: boolean): Piece => {
  const sign = text[from]!
  const reference = !references ? undefined : /^%\{[\w[\]\\^`][^}]*\}/.exec(text.slice(from, from + 300))?.[0]
  const atom =
    reference ??
    (sign === '\\'
      ? at(escaped, text, from)
      : sign === '(' || sign === '['
        ? text.slice(from, endOf(text, from))
        : sign)
  const times = at(quantifier, text, from + atom.length)
  const [, opening = '', inner] =
    sign === '(' ? (/^\((\?(?:[imx-]*:|>|<?[=!]|<[^>]*>|'[^']*'))?(?!\?)([\s\S]*)\)$/.exec(atom) ?? []) : []
  return {
    text: atom + times,
    atom,
    quantifier: times,
    literal: times === '' ? literalOf(atom) : undefined,
    reference,
    inner,
    kind: opening === '?>' ? 'atomic' : /^\?<?[=!]$/.test(opening) ? 'look' : 'plain',
  }
}

/**
 * The alternatives of an expression, each as pieces one after another; neighbouring literals are one piece.
 * `references`: there may be grok's `%{…}`.
 */
export const piecesOf = (text: string, references = false): readonly (readonly Piece[])[] => {
  const alternatives: Piece[][] = [[]]
  for (let i = 0; i < text.length; ) {
    if (text[i] === '|') {
      alternatives.push([])
      i++
      continue
    }
    const piece = pieceAt(text, i, references)
    const list = alternatives.at(-1)!
    const last = list.at(-1)
    if (piece.literal !== undefined && last?.literal !== undefined)
      list[list.length - 1] = {
        ...last,
        text: last.text + piece.text,
        atom: last.atom + piece.atom,
        literal: last.literal + piece.literal,
      }
    else list.push(piece)
    i += piece.text.length
  }
  return alternatives
}
