/** What a piece of a line looks like. `word` and `mark` may be constant; the others are values by their very shape. */
export type Shape =
  | 'word'
  | 'mark'
  | 'time'
  | 'ip'
  | 'number'
  | 'uuid'
  | 'hex'
  | 'url'
  | 'mail'
  | 'path'
  /** Letters and digits mixed: `blk_38865`, `node-12`. */
  | 'id'

export interface Lexeme {
  readonly shape: Shape
  readonly text: string
  /** Offset of its first character, in UTF-16 units. */
  readonly start: number
}

const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const clock = '\\d{1,2}:\\d\\d:\\d\\d(?:[.,:]\\d{1,9})?'
const zone = '(?: ?(?:Z|UTC|GMT|[+-]\\d\\d:?\\d\\d))?'

/** Sticky, tried in this order; each ends where a word would, and none can be long without getting on. */
const shapes: readonly (readonly [Exclude<Shape, 'word' | 'mark'>, RegExp])[] = (
  [
    ['time', `\\d{4}[-./]\\d\\d[-./]\\d\\d[-T ]${clock}${zone}`],
    ['time', `\\d{8}T\\d{6}(?:[.,]\\d{1,9})?${zone}`],
    ['time', `\\d{1,2}/${month}/\\d{4}:${clock}${zone}`],
    ['time', `(?:${day},? )?${month} [ \\d]?\\d (?:\\d{4} )?${clock}${zone}(?: \\d{4})?`],
    ['time', `(?:${day},? )?\\d{1,2} ${month} (?:\\d{4} )?${clock}${zone}`],
    ['time', `\\d\\d[-./]\\d\\d[-./]\\d\\d ${clock}`],
    ['time', `\\d\\d-\\d\\d ${clock}`],
    ['uuid', '[\\dA-Fa-f]{8}-[\\dA-Fa-f]{4}-[\\dA-Fa-f]{4}-[\\dA-Fa-f]{4}-[\\dA-Fa-f]{12}'],
    ['url', '[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\\s"\'<>]+'],
    ['mail', '[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63})+'],
    ['ip', '/?\\d{1,3}(?:\\.\\d{1,3}){3}(?:[:/]\\d{1,5})?'],
    ['ip', '(?=(?:[\\dA-Fa-f]{1,4}:){7}|[\\dA-Fa-f:]{0,30}::)(?:[\\dA-Fa-f]{0,4}:){2,7}[\\dA-Fa-f]{0,4}'],
    ['time', clock],
    ['number', '[-+]?(?:\\d+(?:[.,]\\d+)*)(?:[eE][-+]?\\d{1,3})?(?:%|[A-Za-z]{1,2}(?:/s)?|bytes|secs?|min)?'],
    ['hex', '0[xX][\\dA-Fa-f]+'],
    ['hex', '(?=[A-Fa-f]*\\d)[\\dA-Fa-f]{6,}'],
    ['hex', '[a-f]{8,}|[A-F]{8,}'],
    ['path', '(?:[A-Za-z]:\\\\|~?/|\\.{1,2}/)[^\\s"\'<>|,;()[\\]{}=?]*(?:\\?[^\\s"\'<>|]*)?'],
  ] as const
).map(([shape, source]) => [shape, new RegExp(`(?:${source})(?![\\w])`, 'y')])

const wordPattern = /(?:[^\s=,;:()[\]{}"'`<>|!?*]|(?<=\p{L})'(?=\p{L}))+/uy
const blankPattern = /\s+/y

/** No word of a language is so long and of these letters alone. */
const hexLetters = /^(?:[a-f]{8,}|[A-F]{8,})$/
const digit = /\d/
const letter = /\p{L}/u
const calendar = new Set([...month.slice(3, -1).split('|'), ...day.slice(3, -1).split('|')])

/** Whether the text at `at`, where `word` stands, is nothing but that word: most are, and need no pattern. */
const isPlain = (text: string, at: number, word: string): boolean => {
  const behind = text[at + word.length]
  if (behind === ':' && '/\\'.includes(text[at + word.length + 1] ?? ' ')) return false
  if (word.length >= 8 && hexLetters.test(word)) return false
  return letter.test(word[0]!) && !digit.test(word) && !word.includes('@') && !calendar.has(word)
}

/** Marks at the end of a word that close a sentence rather than belong to it. */
const trimmed = (word: string): string => {
  let end = word.length
  while (end > 1 && '.-'.includes(word[end - 1]!)) end--
  return word.slice(0, end)
}

/** A line longer than this is looked at so far only. */
const longest = 4096

/** The pieces of a line, blanks left out. Linear in its length; never throws. */
export const lexemes = (line: string): readonly Lexeme[] => {
  const text = line.length > longest ? line.slice(0, longest) : line
  const found: Lexeme[] = []
  for (let at = 0; at < text.length; ) {
    blankPattern.lastIndex = at
    if (blankPattern.test(text)) {
      at = blankPattern.lastIndex
      continue
    }
    wordPattern.lastIndex = at
    const whole = wordPattern.exec(text)?.[0]
    const shaped =
      whole !== undefined && isPlain(text, at, whole)
        ? undefined
        : shapes.find(([, pattern]) => {
            pattern.lastIndex = at
            return pattern.test(text)
          })
    if (shaped !== undefined) {
      const [shape, pattern] = shaped
      found.push({ shape, text: text.slice(at, pattern.lastIndex), start: at })
      at = pattern.lastIndex
      continue
    }
    if (whole === undefined) {
      found.push({ shape: 'mark', text: text[at]!, start: at })
      at++
      continue
    }
    const word = trimmed(whole)
    const shape = digit.test(word) ? 'id' : letter.test(word) ? 'word' : 'mark'
    found.push({ shape, text: word, start: at })
    at += word.length
  }
  return found
}
