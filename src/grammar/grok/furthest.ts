import { shorten } from '../../event/shorten.ts'
import { type Piece, piecesOf } from '../pieces.ts'
import { expand } from './expand.ts'
import { referencesOf } from './reference.ts'
import { isAscii, translate } from './translate.ts'

export interface Furthest {
  /** Where in the text what still fits ends. */
  readonly end: number
  /** What would have to stand there. */
  readonly expected: string
}

const deepest = 12
const mostTries = 400

const shown = (piece: Piece): string =>
  piece.literal !== undefined ? JSON.stringify(piece.literal) : shorten(piece.text, 80)

/**
 * For texts that a pattern does not fit: how far it still does. The longest beginning of it that fits somewhere is looked
 * for, then in what follows that, inside the patterns it refers to.
 */
export const furthest = (
  pattern: string,
  known: (name: string) => string | undefined,
): ((text: string) => Furthest) => {
  const made = new Map<string, RegExp | undefined>()
  const expressionOf = (beginning: string, ascii: boolean): RegExp | undefined => {
    const key = `${ascii} ${beginning}`
    if (made.has(key)) return made.get(key)
    let expression: RegExp | undefined
    try {
      const { source, flags } = translate(expand(beginning, known).source, ascii)
      expression = new RegExp(source, flags)
    } catch {
      // A beginning that is no expression by itself.
    }
    if (made.size < mostTries) made.set(key, expression)
    return expression
  }
  let tries = 0
  let text = ''
  let ascii = true
  const reach = (beginning: string): number => {
    if (++tries > mostTries) return -1
    const match = expressionOf(beginning, ascii)?.exec(text) ?? null
    return match === null ? -1 : match.index + match[0].length
  }
  const inside = (piece: Piece): string | undefined => {
    if (piece.reference === undefined) return piece.inner
    const [reference] = referencesOf(piece.reference)
    return reference === undefined ? undefined : (reference.definition ?? known(reference.name))
  }
  const search = (before: string, start: number, expression: string, depth: number): Furthest | undefined => {
    let best: Furthest | undefined
    for (const pieces of piecesOf(expression, true)) {
      // The first k pieces fit, k + 1 of them do not.
      let low = 0
      let high = pieces.length
      let end = start
      while (low < high) {
        const middle = (low + high + 1) >> 1
        const reached = reach(
          before +
            pieces
              .slice(0, middle)
              .map((piece) => piece.text)
              .join(''),
        )
        if (reached < 0) high = middle - 1
        else {
          low = middle
          end = reached
        }
      }
      const failing = pieces[low]
      if (failing === undefined) continue
      const deeper = depth < deepest ? inside(failing) : undefined
      const found =
        deeper === undefined
          ? undefined
          : search(
              before +
                pieces
                  .slice(0, low)
                  .map((piece) => piece.text)
                  .join(''),
              end,
              deeper,
              depth + 1,
            )
      const here = found !== undefined && found.end > end ? found : { end, expected: shown(failing) }
      if (best === undefined || here.end > best.end) best = here
    }
    return best
  }
  return (asked) => {
    tries = 0
    text = asked
    ascii = isAscii(asked)
    return search('', 0, pattern, 0) ?? { end: 0, expected: 'another text' }
  }
}
