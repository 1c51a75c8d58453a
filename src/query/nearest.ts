const longest = 64

/** The name most likely meant: the one that ends in it, or the one fewest letters away, three at most. */
export const nearest = (name: string, names: readonly string[]): string | undefined => {
  if (name.length > longest || name.length < 2) return undefined
  const ending = names.find((candidate) => candidate.endsWith(`.${name}`))
  if (ending !== undefined) return ending
  let best: string | undefined
  let least = Math.min(4, name.length)
  for (const candidate of names) {
    const distance = apart(name, candidate, least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/** Levenshtein's distance; anything from `bound` on reads `bound`. */
const apart = (a: string, b: string, bound: number): number => {
  if (Math.abs(a.length - b.length) >= bound) return bound
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let k = 1; k <= b.length; k++)
      next.push(Math.min(row[k]! + 1, next[k - 1]! + 1, row[k - 1]! + (a[i - 1] === b[k - 1] ? 0 : 1)))
    row = next
  }
  return Math.min(row[b.length]!, bound)
}
