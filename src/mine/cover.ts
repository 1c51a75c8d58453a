import { align } from './align.ts'
import type { Group } from './group.ts'
import { isVerbal } from './is-value.ts'
import { lexemes } from './lexeme.ts'
import { gap } from './skeleton.ts'

/** What stands between two blanks of a message: its text, or what is before and behind the values in it. */
interface Word {
  readonly text: string
  readonly around?: readonly [before: string, behind: string]
}

interface Spaced {
  readonly group: Group
  readonly words: readonly Word[]
  /** Whether it says enough to cover others. */
  readonly isGeneral: boolean
}

/** Groups that one is held against at most. */
const mostHeld = 200
/** So many times as many lines as its own a group covers. */
const mostTimes = 8
/** Words of a message that are looked at. */
const mostWords = 64

const lettered = /\p{L}/u

const wordsOf = (
  tokens: readonly string[],
  message: string,
  shorten: (value: string) => string,
): readonly Word[] | undefined => {
  const pieces = align(tokens, message, lexemes(message))
  if (pieces === undefined || message.includes(gap)) return undefined
  const text = pieces.map((piece) => ('constant' in piece ? piece.constant : shorten(piece.value))).join('')
  const words = text.trim().split(/\s+/, mostWords + 1)
  return words.length > mostWords
    ? undefined
    : words.map((word) => {
        const first = word.indexOf(gap)
        return first < 0
          ? { text: word }
          : { text: word, around: [word.slice(0, first), word.slice(word.lastIndexOf(gap) + 1)] }
      })
}

const isCovered = (word: Word, by: Word): boolean => {
  if (by.text === word.text) return true
  if (by.around === undefined) return false
  const [before, behind] = by.around
  const { text } = word
  if (text.length <= before.length + behind.length || !text.startsWith(before) || !text.endsWith(behind)) return false
  return !isVerbal(text.slice(before.length, text.length - behind.length))
}

const covers = (one: Spaced, other: Spaced): boolean =>
  one.isGeneral && other.words.every((word, i) => isCovered(word, one.words[i]!))

const covered = (
  groups: readonly Group[],
  messageOf: (group: Group) => string,
  shorten: (value: string) => string,
): readonly Group[] => {
  const buckets = new Map<number, Spaced[]>()
  const standing = new Map<Group, Group[]>()
  for (const group of [...groups].sort((a, b) => b.lines - a.lines)) {
    const words = wordsOf(group.tokens, messageOf(group), shorten)
    standing.set(group, [])
    if (words === undefined) continue
    const constant = words.filter(({ text }) => lettered.test(text)).length
    const hasValues = words.some(({ around }) => around !== undefined)
    const one = { group, words, isGeneral: constant >= 2 && hasValues }
    const alike = buckets.get(words.length) ?? []
    const by = alike.find((other) => covers(other, one))
    if (by !== undefined) {
      standing.get(by.group)!.push(group)
      standing.delete(group)
      continue
    }
    const left = alike.filter((other) => {
      if (other.group.lines > group.lines * mostTimes || !covers(one, other)) return true
      standing.get(group)!.push(other.group, ...standing.get(other.group)!)
      standing.delete(other.group)
      return false
    })
    if (left.length < mostHeld) left.push(one)
    buckets.set(words.length, left)
  }
  return [...standing].map(([group, others]) => ({
    tokens: group.tokens,
    members: [group, ...others].flatMap(({ members }) => members),
    lines: others.reduce((sum, { lines }) => sum + lines, group.lines),
  }))
}

/** Joins a group to one that covers it: that has values where it has something else between two blanks. */
export const cover = (groups: readonly Group[], messageOf: (group: Group) => string): readonly Group[] =>
  // A value may have blanks in it: it stands for as many words, or for one.
  covered(
    covered(groups, messageOf, () => gap),
    messageOf,
    (value) => value.replace(/\S+/g, gap),
  )
