/**
 * Which texts a regular expression cannot match without: one of the returned ones, lower-cased, is in every text that
 * matches. undefined: nothing of use is certain. Read off the pattern's syntax; unknown syntax counts as uncertain,
 * so that the answer errs only towards trying a pattern in vain.
 */
export const requiredLiterals = (source: string): readonly string[] | undefined => {
  const found = createReader(source).alternatives().sets
  return found.length === 0 ? undefined : best(found)
}

/** What a piece of a pattern demands. `exact`: it matches just this text, in any case. */
interface Demand {
  readonly exact: string | undefined
  /** Each a set of which one member must be there. */
  readonly sets: readonly (readonly string[])[]
}

const nothing: Demand = { exact: undefined, sets: [] }
const empty: Demand = { exact: '', sets: [] }

/** Nearly every agent has these: finding one tells nothing. */
const common =
  'mozilla/5.0 (windows nt 10.0; win64; x64; linux x86_64; android 10; k; build) applewebkit/537.36 (khtml, like gecko) ' +
  'chrome/100.0.0.0 mobile safari/537.36 version/4.0 (iphone; cpu iphone os 15_0 like mac os x) (macintosh; intel mac os x) ' +
  '(compatible; http://www. .com .html) mobile/15e148 gecko/20100101 firefox/'

const worth = (set: readonly string[]): number => {
  let least = 10
  for (const literal of set) least = Math.min(least, common.includes(literal) ? 1 : literal.length)
  return least - set.length / 100
}
const shortest = 3
const best = (sets: readonly (readonly string[])[]): readonly string[] | undefined => {
  const usable = sets.filter((set) => set.length <= 250 && set.every((literal) => literal.length >= shortest))
  return usable.toSorted((a, b) => worth(b) - worth(a))[0]
}

const isWordLetter = /^[\p{L}\p{N}]$/u

const createReader = (source: string) => {
  let at = 0

  const alternatives = (): Demand => {
    const branches = [sequence()]
    while (source[at] === '|') {
      at++
      branches.push(sequence())
    }
    const [only] = branches
    if (branches.length === 1 && only !== undefined) return only
    const chosen = branches.map(({ exact, sets }) =>
      exact === undefined ? best(sets) : exact === '' ? undefined : [exact],
    )
    return chosen.every((set) => set !== undefined)
      ? { exact: undefined, sets: [[...new Set(chosen.flat())]] }
      : nothing
  }

  const sequence = (): Demand => {
    const sets: (readonly string[])[] = []
    let whole = true
    let run = ''
    const flush = (): void => {
      if (run !== '') sets.push([run])
      run = ''
    }
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const piece = atom()
      const least = quantifier()
      if (least === 1 && piece.exact !== undefined) {
        run += piece.exact
        continue
      }
      whole = false
      if (least === 'more' && piece.exact !== undefined) run += piece.exact
      flush()
      if (least !== 0) sets.push(...piece.sets)
    }
    const exact = whole ? run : undefined
    flush()
    return { exact, sets }
  }

  /** 0: may be missing; 1: exactly once; `more`: at least once. */
  const quantifier = (): 0 | 1 | 'more' => {
    const match = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})[?+]?/.exec(source.slice(at, at + 16))
    if (match === null) return 1
    at += match[0].length
    if (match[1] !== undefined) return Number(match[1]) > 0 ? 'more' : 0
    return match[0].startsWith('+') ? 'more' : 0
  }

  const atom = (): Demand => {
    const char = source[at++]!
    if (char === '(') return group()
    if (char === '[') return characterClass()
    if (char === '.') return nothing
    if (char === '^' || char === '$') return empty
    if (char === '\\') return escape()
    return { exact: char.toLowerCase(), sets: [] }
  }

  const group = (): Demand => {
    const head = /^\?(?::|<?[=!]|<\w+>|[a-z-]+:)/.exec(source.slice(at, at + 40))?.[0] ?? ''
    at += head.length
    const inner = alternatives()
    at++
    return /[=!]$/.test(head) ? empty : inner
  }

  const escape = (): Demand => {
    const char = source[at++]!
    if (char === 'b' || char === 'B') return empty
    return isWordLetter.test(char) ? nothing : { exact: char.toLowerCase(), sets: [] }
  }

  /** `[Bb]` is the letter b; other classes are uncertain. */
  const characterClass = (): Demand => {
    const from = at
    if (source[at] === '^') at++
    if (source[at] === ']') at++
    while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1
    const members = source.slice(from, at++)
    const [one, two] = members
    return members.length === 2 && one !== two && one!.toLowerCase() === two!.toLowerCase()
      ? { exact: one!.toLowerCase(), sets: [] }
      : nothing
  }

  return { alternatives }
}
