import { readFileSync } from 'node:fs'

/** What uap-core's patterns make of a User-Agent header. Names are `Other` where no pattern fits. */
export interface Agent {
  readonly name: string
  /** Major, minor, patch … as far as they are known: `119.0.6045`. */
  readonly version: string | undefined
  readonly osName: string
  readonly osVersion: string | undefined
  readonly device: string
}

/** Literals of which one is there (0: any text may match), flags, expression, replacements for the groups in order. */
type Pattern = readonly [readonly string[] | 0, string, string, ...(string | null)[]]
interface PatternFile {
  readonly browsers: readonly Pattern[]
  readonly systems: readonly Pattern[]
  readonly devices: readonly Pattern[]
}

/** Headers are looked at no further: what follows names no agent, and patterns with look-ahead have no other bound. */
const longest = 1024

const other = 'Other'

/**
 * Reads the pattern file once and returns the matcher. A text is first searched for literals, all in one walk; only
 * patterns whose literals were found are tried, in the file's order, which decides (first match wins, as uap-core's
 * specification says).
 */
export const createMatcher = (file = new URL('patterns.json', import.meta.url)): ((text: string) => Agent) => {
  const { browsers, systems, devices } = JSON.parse(readFileSync(file, 'utf8')) as PatternFile
  const patterns = [...browsers, ...systems, ...devices]
  const compiled: (RegExp | undefined)[] = new Array(patterns.length)
  const search = createSearch(patterns)

  /** Groups of the first pattern of `[from, to)` that fits, replaced as the file says. */
  const match = (text: string, from: number, to: number): readonly (string | undefined)[] | undefined => {
    for (let i = from; i < to; i++) {
      if (!search.found(i)) continue
      const [, flags, source, ...replacements] = patterns[i]!
      const groups = (compiled[i] ??= new RegExp(source, flags)).exec(text)
      if (groups !== null) return resolve(groups, replacements)
    }
    return undefined
  }
  const systemsFrom = browsers.length
  const devicesFrom = systemsFrom + systems.length
  return (whole) => {
    const text = whole.length > longest ? whole.slice(0, longest) : whole
    search.run(text)
    const browser = match(text, 0, systemsFrom)
    const system = match(text, systemsFrom, devicesFrom)
    const device = match(text, devicesFrom, patterns.length)
    return Object.freeze({
      name: browser?.[0] ?? other,
      version: versionOf(browser),
      osName: system?.[0] ?? other,
      osVersion: versionOf(system),
      device: device?.[0] ?? other,
    })
  }
}

const resolve = (
  groups: RegExpExecArray,
  replacements: readonly (string | null)[],
): readonly (string | undefined)[] => {
  const values: (string | undefined)[] = []
  for (let i = 0; i < 5; i++) {
    const template = replacements[i]
    const value =
      template == null ? groups[i + 1] : template.replace(/\$(\d)/g, (_, n: string) => groups[Number(n)] ?? '')
    const trimmed = value?.trim()
    values.push(trimmed === '' ? undefined : trimmed)
  }
  return values
}

const versionOf = (values: readonly (string | undefined)[] | undefined): string | undefined => {
  if (values === undefined) return undefined
  const end = values.indexOf(undefined, 1)
  const parts = values.slice(1, end < 0 ? undefined : end)
  return parts.length === 0 ? undefined : parts.join('.')
}

/** Finds which patterns' literals are in a text: literals are filed under their first three letters. */
const createSearch = (patterns: readonly Pattern[]) => {
  const owners = new Map<string, number[]>()
  const always = new Uint8Array(patterns.length)
  for (const [i, [literals]] of patterns.entries()) {
    if (literals === 0) always[i] = 1
    else for (const literal of literals) owners.set(literal, [...(owners.get(literal) ?? []), i])
  }
  const literals = [...owners.keys()]
  const held = [...owners.values()]
  const heads = new Int32Array(1 << 14).fill(-1)
  const next = new Int32Array(literals.length)
  const slotOf = (a: number, b: number, c: number): number => Math.imul((a << 16) ^ (b << 8) ^ c, 0x9e3779b1) >>> 18
  for (const [i, literal] of literals.entries()) {
    const slot = slotOf(literal.charCodeAt(0), literal.charCodeAt(1), literal.charCodeAt(2))
    next[i] = heads[slot]!
    heads[slot] = i
  }
  const stamps = new Uint32Array(patterns.length)
  let stamp = 0
  return {
    run(text: string): void {
      const lower = text.toLowerCase()
      stamp++
      for (let at = 0; at + 2 < lower.length; at++) {
        let i = heads[slotOf(lower.charCodeAt(at), lower.charCodeAt(at + 1), lower.charCodeAt(at + 2))]!
        for (; i >= 0; i = next[i]!)
          if (lower.startsWith(literals[i]!, at)) for (const pattern of held[i]!) stamps[pattern] = stamp
      }
    },
    found: (pattern: number): boolean => always[pattern] === 1 || stamps[pattern] === stamp,
  }
}
