import { bucketed, constantWords, type Group, joinedGroup, keyed } from './group.ts'
import { areValues, isSoft } from './is-value.ts'
import { joinRegions } from './join-regions.ts'
import { gap } from './skeleton.ts'

const merged = (groups: readonly Group[], at: ReadonlySet<number>): Group =>
  joinedGroup(
    groups[0]!.tokens.map((token, i) => (at.has(i) ? gap : token)),
    groups,
  )

const joinEqual = (groups: Iterable<Group>): Group[] =>
  [...bucketed(groups, ({ tokens }) => keyed(tokens))].map((same) =>
    same.length === 1 ? same[0]! : merged(same, new Set()),
  )

/** Joins what differs at one place, or at two, where that is a value. */
const joinAt = (groups: Group[], places: (tokens: readonly string[]) => Iterable<readonly number[]>): Group[] => {
  const standing = new Set(groups)
  for (const sameLength of bucketed(groups, ({ tokens }) => tokens.length)) {
    if (sameLength.length < 2) continue
    for (const at of places(sameLength[0]!.tokens)) {
      const here = sameLength.filter(
        (group) => standing.has(group) && group.tokens.length === sameLength[0]!.tokens.length,
      )
      for (const alike of bucketed(here, ({ tokens }) => keyed(tokens, ...at))) {
        if (alike.length < 2) continue
        const { tokens } = alike[0]!
        const constant = constantWords(tokens, at)
        const fits = at.every((place) => {
          const words = new Set(alike.map((group) => group.tokens[place]!))
          return (
            (at.length === 1 || words.size >= Math.max(3, alike.length / 3)) &&
            areValues({ words, tokens, place, constant: constant - (at.length - 1), crosses: false })
          )
        })
        if (!fits) continue
        const one = merged(alike, new Set(at))
        for (const group of alike) standing.delete(group)
        standing.add(one)
        if (one.tokens.length === tokens.length) sameLength.push(one)
      }
    }
  }
  return joinEqual(standing)
}

const each = function* (tokens: readonly string[]): Generator<readonly number[]> {
  // From the end: what comes late in a message is more often a value.
  for (let i = tokens.length - 1; i >= 0; i--) yield [i]
}
/** Places looked at two at a time in a message no longer than this. */
const pairedLength = 40
const pairs = function* (tokens: readonly string[]): Generator<readonly number[]> {
  if (tokens.length > pairedLength) return
  for (let j = tokens.length - 1; j > 0; j--) for (let i = j - 1; i >= 0; i--) yield [i, j]
}

/** Joins what differs at any number of places, where there are values at all of them by their looks. */
const joinSoft = (groups: readonly Group[]): Group[] =>
  joinEqual(
    [
      ...bucketed(groups, ({ tokens }) =>
        tokens.map((token, i) => (isSoft(tokens, i) ? '\u0001' : token)).join('\u0002'),
      ),
    ].flatMap((alike) => joinedColumns(alike)),
  )

/** Joins groups that are alike but for words that may be values, or parts of them where some words are not. */
const joinedColumns = (alike: readonly Group[]): readonly Group[] => {
  if (alike.length < 2) return alike
  const { tokens } = alike[0]!
  const words = tokens.map((_, place) => new Set(alike.map((group) => group.tokens[place]!)))
  const differ = words.flatMap((set, place) => (set.size > 1 ? [place] : []))
  const constant = constantWords(tokens, differ)
  const crosses = alike.length > 1.5 * Math.max(...words.map(({ size }) => size))
  const values = new Set(
    differ.filter((place) => areValues({ words: words[place]!, tokens, place, constant, crosses })),
  )
  return [...bucketed(alike, (group) => keyed(group.tokens, ...values))].map((same) =>
    same.length === 1
      ? same[0]!
      : merged(
          same,
          new Set([...values].filter((place) => same.some((group) => group.tokens[place] !== same[0]!.tokens[place]))),
        ),
  )
}

/** Joins groups until none can be joined. */
export const mergeGroups = (groups: readonly Group[]): readonly Group[] => {
  let now = joinEqual(groups)
  for (;;) {
    const before = now.length
    now = joinAt(joinAt(joinSoft(joinEqual(joinRegions(now))), each), pairs)
    if (now.length === before) return now
  }
}
