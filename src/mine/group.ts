import { isWord } from './is-value.ts'
import { joined } from './skeleton.ts'

/** Lines that are alike but for values. */
export interface Group {
  /** Words and marks that are in each of its lines, and gaps. */
  readonly tokens: readonly string[]
  /** Skeletons it was made of, by number. */
  readonly members: readonly number[]
  readonly lines: number
}

/** The groups as one, of these tokens. */
export const joinedGroup = (tokens: readonly string[], groups: readonly Group[]): Group => ({
  tokens: joined(tokens),
  members: groups.flatMap(({ members }) => members),
  lines: groups.reduce((sum, { lines }) => sum + lines, 0),
})

/** Tokens as a text that is the same for the same ones, whatever stands at these places. */
export const keyed = (tokens: readonly string[], ...at: readonly number[]): string =>
  tokens.map((token, i) => (at.includes(i) ? '\u0001' : token)).join('\u0002')

/** Items with the same key, together. */
export const bucketed = <T>(items: Iterable<T>, keyOf: (item: T) => string | number): Iterable<T[]> => {
  const buckets = new Map<string | number, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const bucket = buckets.get(key)
    if (bucket === undefined) buckets.set(key, [item])
    else bucket.push(item)
  }
  return buckets.values()
}

/** Words that are none of these places. */
export const constantWords = (tokens: readonly string[], except: readonly number[]): number =>
  tokens.reduce((sum, token, i) => sum + (isWord(token) && !except.includes(i) ? 1 : 0), 0)
