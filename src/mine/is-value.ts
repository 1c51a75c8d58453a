import { gap } from './skeleton.ts'

/** A word behind which a name or other value is expected rather than another verb. */
const announcing = new Set(
  'with user users username login name named host hostname server client peer node for from of by to via at on in file module class object method function service unit device interface domain db database table schema index key id type state status mode level queue topic channel group role account action event component process program command job task worker thread session handler plugin version address port partition stage provider instance operation reason'.split(
    ' ',
  ),
)
/** What a sentence is made of: where such words differ, so do the messages. */
const structural = new Set(
  'the a an and or not no is are was were be been has had have will can could of with without into out up down off again before after while when if then than that this it its as but start stop open close begin end success failure error warning sent received'.split(
    ' ',
  ),
)
/** Behind `to`, a verb follows these: `failed to open`. */
const infinitive = new Set(
  'failed fail fails failing failure unable able need needs want wants trying tried try attempt attempting attempted going about allowed not how ready waiting refusing refused continue used supposed has have had cannot'.split(
    ' ',
  ),
)
/** Words that say a value, whatever the message. */
const literals = new Set('yes no true false on off null nil none undefined unknown ok n/a up down'.split(' '))

/** Whether it says a value, whatever the message. */
export const isLiteral = (word: string): boolean => literals.has(word.toLowerCase())

const hasLetter = /\p{L}/u
export const isWord = (token: string): boolean => token !== gap && hasLetter.test(token)
/** A name made for machines: dots, slashes, underscores or humps inside. */
const madeUp = /[._/\\@$~#-]|\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u
/** A constant of a program, or an abbreviation. */
const capitals = /^\p{Lu}[\p{Lu}\p{N}_*-]+$/u
/** One of several that are numbered by letters: `drive A`. */
const letterAlone = /^\p{Lu}$/u
/** What something is doing or has become: `opened`, `stopping`. */
const verbal = /^\p{L}\p{Ll}+(?:ed|ing)$/u

/** Whether it says what is done or has happened. */
export const isVerbal = (word: string): boolean =>
  !capitals.test(word) && (structural.has(word.toLowerCase()) || (verbal.test(word) && !madeUp.test(word)))

export const isQuote = (token: string | undefined): boolean => token === '"' || token === "'" || token === '`'

/** Whether a verb stands at a place: `failed to open`. */
const isVerb = (tokens: readonly string[], place: number): boolean =>
  tokens[place - 1]?.toLowerCase() === 'to' && infinitive.has(tokens[place - 2]?.toLowerCase() ?? '')

/** Whether a word before a place announces what stands there. */
const announces = (tokens: readonly string[], place: number): boolean => {
  let at = place - 1
  while (at > 0 && (tokens[at] === ':' || tokens[at] === '#')) at--
  return announcing.has(tokens[at]?.toLowerCase() ?? '') && !isVerb(tokens, place)
}

/** How many different words make a column a value, where nothing else says so. */
const many = 3

/** Words at one place of messages that are alike but for it and other values. */
export interface Column {
  readonly words: ReadonlySet<string>
  /** Of one of the messages. */
  readonly tokens: readonly string[]
  readonly place: number
  /** Words of it that are the same in all. */
  readonly constant: number
  /** Whether it varies independently of another place. */
  readonly crosses: boolean
}

/** Whether it may be a value by its looks, or by what stands around it. */
export const isSoft = (tokens: readonly string[], place: number): boolean => {
  const token = tokens[place]!
  if (token === gap) return true
  if (!isWord(token)) return false
  const before = tokens[place - 1]
  const after = tokens[place + 1]
  if (before === '=' || (before === '(' && after === ')') || (before === '<' && after === '>')) return true
  if (place > 0 && letterAlone.test(token)) return true
  return capitals.test(token) || madeUp.test(token) || announces(tokens, place)
}

/** Whether words that differ at one place, all else being equal, are values of it. */
export const areValues = ({ words, tokens, place, constant, crosses }: Column): boolean => {
  if (constant <= 0) return false
  const before = tokens[place - 1]
  if (before === '=' || isQuote(before) || (before === '<' && tokens[place + 1] === '>')) return true
  const real = [...words].filter((word) => word !== gap)
  if (real.some((word) => !isWord(word))) return words.has(gap)
  const verbs = real.filter(isVerbal).length
  if (words.has(gap)) return verbs === 0 || announces(tokens, place)
  if (real.every(isLiteral)) return true
  // What a message begins with, and little else, is what it speaks of: `tickTime set to 500`.
  if (isVerb(tokens, place)) return false
  if (place > 0 && real.every((word) => letterAlone.test(word))) return true
  const told = constant + tokens.filter((token, i) => i !== place && token === gap).length
  if (place === 0 && !crosses && told < 4 && tokens[1] !== ':') return false
  if (verbs > 0 && (verbs * 2 >= real.length || !announces(tokens, place))) return real.length >= many * 2
  if (announces(tokens, place))
    return (
      real.length > 2 || before?.toLowerCase() !== 'to' || real.some((word) => madeUp.test(word) || capitals.test(word))
    )
  if (real.every((word) => capitals.test(word)))
    return real.length > 2 || real.some((word) => /_|(?:ED|ING|ABLE)$/.test(word))
  if (real.filter((word) => madeUp.test(word)).length * 2 >= real.length) return true
  const isLast = place === tokens.length - 1
  return real.length >= (isLast ? (before === ':' ? 2 : 3) : many)
}
