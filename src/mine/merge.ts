import { areValues, isLiteral, isQuote, isSoft, isWord } from './is-value.ts'
import { gap, joined } from './skeleton.ts'

/** Lines that are alike but for values. */
export interface Group {
  /** Words and marks that are in each of its lines, and gaps. */
  readonly tokens: readonly string[]
  /** Skeletons it was made of, by number. */
  readonly members: readonly number[]
  readonly lines: number
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }
const closing = (token: string): string | undefined => (isQuote(token) ? token : closers[token])

/** What belongs to a bracket is behind as many closing ones as opening ones; -1 where there is no end. */
const endOf = (tokens: readonly string[], from: number, open: string, close: string): number => {
  if (open === close) return tokens.indexOf(close, from)
  for (let i = from, depth = 1; i < tokens.length; i++) {
    if (tokens[i] === open) depth++
    else if (tokens[i] === close && --depth === 0) return i
  }
  return -1
}

interface Region {
  /** Of the first token inside, and the one behind the last. */
  readonly from: number
  readonly to: number
}

/** What stands in quotes or brackets, the outermost. */
const regionsOf = (tokens: readonly string[]): readonly Region[] => {
  const regions: Region[] = []
  for (let i = 0; i < tokens.length; i++) {
    const close = closing(tokens[i]!)
    if (close === undefined) continue
    const to = endOf(tokens, i + 1, tokens[i]!, close)
    if (to < 0) continue
    regions.push({ from: i + 1, to })
    i = to
  }
  return regions
}

/** Different contents of brackets from which on they are values: fewer may be the point of the message. */
const manyInBrackets = 4

/** Whether contents of one place are values: those of quotes are, those of brackets where they look like data or are many. */
const areContents = (contents: readonly (readonly string[])[], open: string): boolean => {
  if (isQuote(open)) return true
  const filled = contents.filter((content) => content.length > 0)
  return (
    new Set(contents.map((content) => keyed(content))).size >= manyInBrackets ||
    filled.every((content) => content.includes(gap) || content.every(isLiteral))
  )
}

/** Joins what differs only in what is quoted or bracketed. */
const joinRegions = (groups: readonly Group[]): Group[] => {
  const withRegions = groups.map((group) => ({ group, regions: regionsOf(group.tokens) }))
  const outline = ({ group: { tokens }, regions }: (typeof withRegions)[number]): string => {
    const out: string[] = []
    let at = 0
    for (const { from, to } of regions) {
      out.push(...tokens.slice(at, from), '\u0001')
      at = to
    }
    return [...out, ...tokens.slice(at)].join('\u0002')
  }
  return [...bucketed(withRegions, outline)].flatMap((alike) => {
    const [first] = alike
    if (alike.length < 2 || first!.regions.length === 0) return alike.map(({ group }) => group)
    const { tokens } = first!.group
    const outside =
      constantWords(tokens, []) -
      first!.regions.reduce((sum, { from, to }) => sum + constantWords(tokens.slice(from, to), []), 0)
    if (outside === 0) return alike.map(({ group }) => group)
    const contentOf = ({ group, regions }: (typeof withRegions)[number], i: number): readonly string[] =>
      group.tokens.slice(regions[i]!.from, regions[i]!.to)
    const isValue = first!.regions.map(({ from }, i) => {
      const contents = alike.map((one) => contentOf(one, i))
      return new Set(contents.map((content) => keyed(content))).size > 1 && areContents(contents, tokens[from - 1]!)
    })
    return [
      ...bucketed(alike, (one) =>
        first!.regions.map((_, i) => (isValue[i] ? '' : keyed(contentOf(one, i)))).join('\u0003'),
      ),
    ].map((same) => {
      const one = same[0]!
      if (same.length === 1) return one.group
      const out: string[] = []
      let at = 0
      for (const [i, { from, to }] of one.regions.entries()) {
        out.push(...one.group.tokens.slice(at, from))
        if (isValue[i]) out.push(gap)
        else out.push(...one.group.tokens.slice(from, to))
        at = to
      }
      return joinedGroup(
        [...out, ...one.group.tokens.slice(at)],
        same.map(({ group }) => group),
      )
    })
  })
}

const joinedGroup = (tokens: readonly string[], groups: readonly Group[]): Group => ({
  tokens: joined(tokens),
  members: groups.flatMap(({ members }) => members),
  lines: groups.reduce((sum, { lines }) => sum + lines, 0),
})

const merged = (groups: readonly Group[], at: ReadonlySet<number>): Group =>
  joinedGroup(
    groups[0]!.tokens.map((token, i) => (at.has(i) ? gap : token)),
    groups,
  )

const keyed = (tokens: readonly string[], ...at: readonly number[]): string =>
  tokens.map((token, i) => (at.includes(i) ? '\u0001' : token)).join('\u0002')

const bucketed = <T>(items: Iterable<T>, keyOf: (item: T) => string | number): Iterable<T[]> => {
  const buckets = new Map<string | number, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const bucket = buckets.get(key)
    if (bucket === undefined) buckets.set(key, [item])
    else bucket.push(item)
  }
  return buckets.values()
}

const joinEqual = (groups: Iterable<Group>): Group[] =>
  [...bucketed(groups, ({ tokens }) => keyed(tokens))].map((same) =>
    same.length === 1 ? same[0]! : merged(same, new Set()),
  )

const constantWords = (tokens: readonly string[], except: readonly number[]): number =>
  tokens.reduce((sum, token, i) => sum + (isWord(token) && !except.includes(i) ? 1 : 0), 0)

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
