import { matchesGlob } from 'node:path'

/** Parser by container: a name or image, or a glob of either, and whom a stream of it is read by. */
export type ParserMap = Readonly<Record<string, string>>

/** Labels by which a container says what it logs: all of it, or one of its streams. */
const label = 'tailrace.parser'

/** The parser that a container's labels name, else the map; `names`: what the map may call it by, best first. */
export const parserFor = (
  stream: string,
  labels: ReadonlyMap<string, string>,
  parsers: ParserMap,
  names: readonly (string | undefined)[],
): string | undefined => {
  const labelled = labels.get(`${label}.${stream}`) ?? labels.get(label)
  if (labelled !== undefined) return labelled
  for (const name of names) {
    if (name === undefined) continue
    const found = Object.keys(parsers).find((pattern) => pattern === name || matchesGlob(name, pattern))
    if (found !== undefined) return parsers[found]
  }
  return undefined
}
