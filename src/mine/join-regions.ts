import { bucketed, constantWords, type Group, joinedGroup, keyed } from './group.ts'
import { isLiteral, isQuote } from './is-value.ts'
import { gap } from './skeleton.ts'

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
export const joinRegions = (groups: readonly Group[]): Group[] => {
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
