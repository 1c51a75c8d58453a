/**
 * What a code point is to the word rules of UAX #29, as Lucene's StandardTokenizer divides them: Word_Break classes,
 * with Han, Hiragana, South-East Asian and emoji characters apart.
 */
export const wordClass = {
  other: 0,
  letter: 1,
  hebrew: 2,
  numeric: 3,
  joiner: 4,
  katakana: 5,
  /** Combining marks, format characters, U+200D: they belong to the character before them. */
  extend: 6,
  midLetter: 7,
  midNumber: 8,
  midBoth: 9,
  singleQuote: 10,
  doubleQuote: 11,
  /** Han and Hiragana: every character is a token. */
  ideograph: 12,
  southEastAsian: 13,
  emoji: 14,
  regional: 15,
  /** `#` and `*`, a token only as a keycap emoji. */
  keycap: 16,
  /** Marks of South-East Asian scripts: `extend` after another character, a token at the beginning of one. */
  southEastAsianMark: 17,
} as const

const southEastAsian =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Khmer}\p{Script=Tai_Le}\p{Script=New_Tai_Lue}\p{Script=Tai_Tham}\p{Script=Tai_Viet}\p{Script=Ahom}]/u

// Extended_Pictographic as Lucene's tables have it; Unicode 17 took `★` and its like out again.
const pictograph =
  /[\p{Extended_Pictographic}\u2388\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2763-\u2767\u{1f000}-\u{1f0ff}\u{1f10d}-\u{1f10f}\u{1f12f}\u{1f16c}-\u{1f171}\u{1f1ad}-\u{1f1e5}\u{1f249}-\u{1f3fa}\u{1f400}-\u{1f53d}\u{1f546}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f774}-\u{1f77f}\u{1f7d5}-\u{1f7ff}\u{1f8ae}-\u{1f8ff}\u{1f947}-\u{1faff}]/u

const classOf = (point: number): number => {
  const c = String.fromCodePoint(point)
  if (southEastAsian.test(c)) {
    if (/\p{M}/u.test(c)) return wordClass.southEastAsianMark
    if (/[\p{L}\u109e\u109f\u19de\u19df\uaa77-\uaa79\uaade\uaadf]/u.test(c)) return wordClass.southEastAsian
  }
  if (/[\u200d\u200c]|[\p{Grapheme_Extend}\p{M}\p{Emoji_Modifier}]/u.test(c)) return wordClass.extend
  if (/[\u{1f1e6}-\u{1f1ff}]/u.test(c)) return wordClass.regional
  if (/[\p{Nd}\u066b]/u.test(c)) return wordClass.numeric
  if (/[:\u00b7\u0387\u05f4\u2027\ufe13\ufe55\uff1a]/u.test(c)) return wordClass.midLetter
  if (/[.\u2018\u2019\u2024\ufe52\uff07\uff0e]/u.test(c)) return wordClass.midBoth
  if (/[,;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b]/u.test(c))
    return wordClass.midNumber
  if (c === "'") return wordClass.singleQuote
  if (c === '"') return wordClass.doubleQuote
  if (c === '#' || c === '*') return wordClass.keycap
  if (/[\p{Pc}\u202f]/u.test(c)) return wordClass.joiner
  if (/[\p{Script=Katakana}\u3031-\u3035\u309b\u309c\u30a0\u30fc\uff70]/u.test(c)) return wordClass.katakana
  if (/[\u3005\u303b]/u.test(c)) return wordClass.letter
  if (/[\p{Script=Han}\p{Script=Hiragana}]/u.test(c) && !/\p{Emoji}/u.test(c)) return wordClass.ideograph
  if (/\p{Cf}/u.test(c) && point !== 0x200b) return wordClass.extend
  if (/\p{Script=Hebrew}/u.test(c) && /\p{Lo}/u.test(c)) return wordClass.hebrew
  if (/\p{Alphabetic}/u.test(c) && !/\p{Ideographic}/u.test(c)) return wordClass.letter
  if (/[\u02c2-\u02c5\u02d2-\u02d7\u02de\u02df\u02ed\u02ef-\u02ff\u05f3\ua720\ua721\ua789\ua78a\uab5b]/u.test(c))
    return wordClass.letter
  if (pictograph.test(c)) return wordClass.emoji
  return wordClass.other
}

// 0 = not looked up yet, so that pages nobody asks for cost nothing.
const known = new Uint8Array(0x110000)

/** Class of a code point; looked up in Unicode's tables once for each. */
export const wordClassOf = (point: number): number => {
  const found = known[point]!
  return found === 0 ? (known[point] = classOf(point) + 1) - 1 : found - 1
}

const lowered = new Uint32Array(0x110000)

/** Lower case of one code point by itself, as Lucene's filter has it: no context, never longer than one. */
export const lowerOf = (point: number): number => {
  const found = lowered[point]!
  if (found !== 0) return found - 1
  // Unicode's simple mapping; JavaScript's full one differs for this character alone.
  const lower = point === 0x130 ? 0x69 : String.fromCodePoint(point).toLowerCase().codePointAt(0)!
  return (lowered[point] = lower + 1) - 1
}
