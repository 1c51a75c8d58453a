import { gap, joined } from './skeleton.ts'

/** Lines that are alike but for values. */
export interface Group {
  /** Words and marks that are in each of its lines, and gaps. */
  readonly tokens: readonly string[]
  /** Skeletons it was made of, by number. */
  readonly members: readonly number[]
  readonly lines: number
}

/** A word behind which a name or other value is expected rather than another verb. */
const announcing = new Set(
  'user users username login name named host hostname server client peer node for from by to via at on in file module class object method function service unit device interface domain db database table schema index key id type state status mode level queue topic channel group role account action event component process program command job task worker thread session handler plugin'.split(
    ' ',
  ),
)
/** What a sentence is made of: where such words differ, so do the messages. */
const structural = new Set(
  'the a an and or not no is are was were be been has had have will can could of with without into out up down off again before after while when if then than that this it its as but started starting stopped stopping opened closed created removed deleted added failed succeeded success failure error warning sent received connected disconnected accepted rejected allowed denied enabled disabled started finished completed begin end start stop open close'.split(
    ' ',
  ),
)

const hasLetter = /\p{L}/u
const isWord = (token: string): boolean => token !== gap && hasLetter.test(token)
/** A name made for machines: dots, slashes, underscores or humps inside. */
const madeUp = /[._/\\@$~#-]|\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u

/** How many different words make a column a value, where nothing else says so. */
const many = 5

/** Words that say a value, whatever the message. */
const literals = new Set('yes no true false on off null nil none undefined unknown ok n/a'.split(' '))

/** Whether words that differ at one place, all else being equal, are values of it. */
const areValues = (words: ReadonlySet<string>, before: string | undefined, constant: number): boolean => {
  if (constant === 0) return false
  if (words.has(gap)) return true
  if (before === '=' || isQuote(before)) return true
  const real = [...words]
  if (real.some((word) => !isWord(word))) return false
  if (real.every((word) => literals.has(word.toLowerCase()))) return true
  if (real.some((word) => structural.has(word.toLowerCase()))) return real.length >= many * 2
  if (before !== undefined && announcing.has(before.toLowerCase())) return true
  if (real.filter((word) => madeUp.test(word)).length * 2 > real.length) return true
  return real.length >= many
}

const isQuote = (token: string | undefined): boolean => token === '"' || token === "'" || token === '`'
const closing = (token: string): string | undefined => (isQuote(token) ? token : token === '(' ? ')' : undefined)

interface Region {
  /** Of the first token inside, and the one behind the last. */
  readonly from: number
  readonly to: number
}

/** What stands in quotes or round brackets, the outermost. */
const regionsOf = (tokens: readonly string[]): readonly Region[] => {
  const regions: Region[] = []
  for (let i = 0; i < tokens.length; i++) {
    const close = closing(tokens[i]!)
    if (close === undefined) continue
    const to = tokens.indexOf(close, i + 1)
    if (to < 0) continue
    if (to > i + 1) regions.push({ from: i + 1, to })
    i = to
  }
  return regions
}

/** Different contents of round brackets from which on they are values: fewer may be the point of the message. */
const manyInBrackets = 4

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
    const outside =
      constantWords(first!.group.tokens, []) -
      first!.regions.reduce((sum, { from, to }) => sum + constantWords(first!.group.tokens.slice(from, to), []), 0)
    if (outside === 0) return alike.map(({ group }) => group)
    const contents = first!.regions.map(
      (_, i) => new Set(alike.map(({ group, regions }) => keyed(group.tokens.slice(regions[i]!.from, regions[i]!.to)))),
    )
    const { tokens } = first!.group
    const isValue = first!.regions.map(
      ({ from }, i) => isQuote(tokens[from - 1]) || contents[i]!.size >= manyInBrackets,
    )
    return [
      ...bucketed(alike, ({ group, regions }) =>
        regions.map(({ from, to }, i) => (isValue[i] ? '' : keyed(group.tokens.slice(from, to)))).join('\u0003'),
      ),
    ].map((same) => {
      const one = same[0]!
      if (same.length === 1) return one.group
      const out: string[] = []
      let at = 0
      for (const [i, { from, to }] of one.regions.entries()) {
        out.push(...one.group.tokens.slice(at, from))
        if (isValue[i] && contents[i]!.size > 1) out.push(gap)
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
            areValues(words, tokens[place - 1], constant - (at.length - 1))
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

/** Joins groups until none can be joined. */
export const mergeGroups = (groups: readonly Group[]): readonly Group[] => {
  let now = joinEqual(groups)
  for (;;) {
    const before = now.length
    now = joinAt(joinAt(joinEqual(joinRegions(now)), each), pairs)
    if (now.length === before) return now
  }
}
