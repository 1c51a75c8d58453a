import { levelLetter, levelPattern } from './level-word.ts'
import type { Lexeme } from './lexeme.ts'

/** Stands for one value or several in a row. */
export const gap = '\u0000'

/** Units that come and go with the number before them. */
const units = new Set(
  'B KB MB GB TB KiB MiB GiB kB bytes byte ns us µs ms s sec secs second seconds minute minutes min hour hours days % Hz MHz'.split(
    ' ',
  ),
)

/** Pieces among which a level is looked for. */
const front = 8

const joining = new Set([',', ':', '|', '#', '/', '-', '+', '~', '&', '@', ';', '##'])

/** Values with nothing but commas, colons and the like between them are one gap, because lists differ in length. */
export const joined = (tokens: readonly string[]): readonly string[] => {
  const out: string[] = []
  for (const token of tokens) {
    if (token === gap) {
      let end = out.length
      while (end > 0 && joining.has(out[end - 1]!)) end--
      if (end > 0 && out[end - 1] === gap) {
        out.length = end
        continue
      }
    }
    out.push(token)
  }
  return out
}

/**
 * What of a line may be constant: its words and marks, with one gap for each value or list of values. A level behind the
 * time is a value: a message is the same at any.
 */
export const skeleton = (pieces: readonly Lexeme[]): readonly string[] => {
  const out: string[] = []
  let timed = false
  const isNumber = (i: number): boolean => pieces[i]?.shape === 'number' || pieces[i]?.shape === 'time'
  const is = (i: number, text: string): boolean => pieces[i]?.text === text && pieces[i].shape === 'mark'
  const isTight = (i: number): boolean => pieces[i]!.start + pieces[i]!.text.length === pieces[i + 1]?.start
  const isKey = (i: number): boolean =>
    i >= 0 && isTight(i) && (pieces[i]!.shape === 'word' || pieces[i]!.shape === 'id')
  for (let i = 0; i < pieces.length; i++) {
    const { shape, text } = pieces[i]!
    // `<1 sec`, `~5 ms`: the mark is the value's.
    if (shape === 'mark' && isNumber(i + 1) && '<>~±'.includes(text) && !is(i + 2, '>')) continue
    const isLevel =
      i < front && timed && ((text === text.toUpperCase() && levelPattern.test(text)) || levelLetter.test(text))
    if (is(i, '=') && isKey(i - 1)) {
      out.push(text)
      if (!isTight(i)) {
        // `user= host=`: an empty value is one too.
        if (i + 1 === pieces.length || pieces[i + 1]!.shape === 'mark' || is(i + 2, '=')) out.push(gap)
      } else if (pieces[i + 1]!.shape === 'word') {
        out.push(gap)
        i++
      }
      continue
    }
    if ((shape === 'word' || shape === 'mark') && !isLevel) {
      out.push(text)
      continue
    }
    out.push(gap)
    timed ||= shape === 'time'
    if (shape !== 'number') continue
    if (units.has(pieces[i + 1]?.text ?? '')) i++
    // `1190 bytes (1.16 KB)` says one thing twice.
    if (!is(i + 1, '(') || !isNumber(i + 2)) continue
    const unit = units.has(pieces[i + 3]?.text ?? '') ? 1 : 0
    if (is(i + 3 + unit, ')')) i += 3 + unit
  }
  return joined(out)
}
