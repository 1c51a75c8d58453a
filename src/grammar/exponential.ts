import { shorten } from '../event/shorten.ts'
import { type Piece, piecesOf } from './pieces.ts'

/**
 * Whether an expression can take time exponential in the text: whether a repeated part can read one text in two ways
 * (the test of Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers", on the
 * part's Glushkov automaton) where something behind it may still fail. What look-arounds, atomic groups and references
 * to groups decide is not followed: such a part counts as read in one way. So what is found is true, and not all is.
 */

/** Characters as bits: ASCII, one for all others, and one of its own for each thing that is not followed. */
type Letters = bigint
/** `at`: a place that reads a character; `edge`: only where a word begins or ends. */
interface Mark {
  readonly at: number
  readonly edge: boolean
}
interface Part {
  /** Ways to read nothing. */
  readonly empty: number
  readonly edge: boolean
  readonly first: readonly Mark[]
  readonly last: readonly Mark[]
}

const most = { places: 400, pairs: 100_000, copies: 8, exactCopies: 64 }
const samples = [...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)), 'é', '中']
const wordBits = samples.reduce((bits, sign, i) => (/\w/.test(sign) ? bits | (1n << BigInt(i)) : bits), 0n)

const literalBits = (sign: string): Letters =>
  sign.charCodeAt(0) < 128 ? 1n << BigInt(sign.charCodeAt(0)) : 3n << 128n

class Unclear extends Error {}

const timesOf = (quantifier: string): { readonly least: number; readonly most: number; readonly keeps: boolean } => {
  const keeps = /.\+$/.test(quantifier) && !quantifier.startsWith('{')
  if (quantifier === '') return { least: 1, most: 1, keeps }
  if (quantifier[0] === '?') return { least: 0, most: 1, keeps }
  if (quantifier[0] === '*') return { least: 0, most: Number.POSITIVE_INFINITY, keeps }
  if (quantifier[0] === '+') return { least: 1, most: Number.POSITIVE_INFINITY, keeps }
  const [, least = '', comma, upper = ''] = /^\{(\d*)(,?)(\d*)/.exec(quantifier) ?? []
  const from = least === '' ? 0 : Number(least)
  return { least: from, most: comma === '' ? from : upper === '' ? Number.POSITIVE_INFINITY : Number(upper), keeps }
}

/** A repeated part's automaton, and whether it reads some text in two ways. */
const readsTwice = (body: string, lettersOf: (atom: string) => Letters | undefined): boolean => {
  const letters: Letters[] = []
  const next: Map<number, true>[] = []
  let twice = false
  const nothing: Part = { empty: 1, edge: false, first: [], last: [] }

  const place = (of: Letters): Part => {
    if (letters.length >= most.places) throw new Unclear()
    letters.push(of)
    next.push(new Map())
    const marks = [{ at: letters.length - 1, edge: false }]
    return { empty: 0, edge: false, first: marks, last: marks }
  }
  const barrier = (): Part => place(1n << BigInt(samples.length + letters.length))
  const join = (before: readonly Mark[], behind: readonly Mark[]): void => {
    for (const from of before)
      for (const to of behind) {
        const a = letters[from.at]!
        const b = letters[to.at]!
        const parted =
          ((a & wordBits) !== 0n && (b & ~wordBits) !== 0n) || ((a & ~wordBits) !== 0n && (b & wordBits) !== 0n)
        if ((from.edge || to.edge) && !parted) continue
        if (next[from.at]!.has(to.at)) twice = true
        next[from.at]!.set(to.at, true)
      }
  }
  const across = (marks: readonly Mark[], part: Part): readonly Mark[] =>
    part.empty === 0 ? [] : marks.map(({ at, edge }) => ({ at, edge: edge || part.edge }))
  const then = (a: Part, b: Part): Part => {
    join(a.last, b.first)
    if ((a.empty > 1 && b.first.length > 0) || (b.empty > 1 && a.first.length > 0)) twice = true
    return {
      empty: Math.min(2, a.empty * b.empty),
      edge: a.edge || b.edge,
      first: [...a.first, ...across(b.first, a)],
      last: [...b.last, ...across(a.last, b)],
    }
  }
  const either = (a: Part, b: Part): Part => {
    return {
      empty: Math.min(2, a.empty + b.empty),
      edge: a.empty > 0 && b.empty > 0 ? a.edge && b.edge : a.empty > 0 ? a.edge : b.edge,
      first: [...a.first, ...b.first],
      last: [...a.last, ...b.last],
    }
  }
  const maybe = (part: Part): Part => (part.empty > 0 ? part : { ...part, empty: 1, edge: false })

  const atomOf = (piece: Piece): Part => {
    if (piece.literal !== undefined)
      return [...piece.literal].map((sign) => place(literalBits(sign))).reduce(then, nothing)
    if (piece.kind !== 'plain') return barrier()
    if (piece.inner !== undefined) return partOf(piece.inner)
    if (piece.atom === '\\b') return { ...nothing, edge: true }
    const of = lettersOf(piece.atom)
    return of === undefined ? barrier() : place(of)
  }
  const repeated = (piece: Piece): Part => {
    const { least, most: upper, keeps } = timesOf(piece.quantifier)
    if (keeps) return barrier()
    // A range of many is as good as no end; the same number each time is not.
    if (upper > (least === upper ? most.exactCopies : most.copies)) {
      const once = atomOf(piece)
      join(once.last, once.first)
      return least === 0 ? maybe(once) : once
    }
    let all = nothing
    for (let i = upper; i > 0; i--) {
      const once = atomOf(piece)
      const whole = i === upper ? once : then(once, all)
      all = i > least ? maybe(whole) : whole
    }
    return all
  }
  const partOf = (text: string): Part =>
    piecesOf(text)
      .map((pieces) => pieces.map(repeated).reduce(then, nothing))
      .reduce(either)

  const whole = partOf(body)
  join(whole.last, whole.first)
  return (
    twice ||
    meets(
      letters,
      next.map((places) => [...places.keys()]),
    )
  )
}

/** Whether two ways over one text part and meet again. */
const meets = (letters: readonly Letters[], next: readonly (readonly number[])[]): boolean => {
  const seen = new Set<number>()
  const todo: (readonly [number, number])[] = []
  const step = (a: number, b: number): boolean => {
    for (const p of next[a]!)
      for (const q of next[b]!) {
        if ((letters[p]! & letters[q]!) === 0n) continue
        if (p === q) {
          if (a !== b) return true
          continue
        }
        const key = Math.min(p, q) * most.places + Math.max(p, q)
        if (seen.has(key)) continue
        if (seen.size >= most.pairs) throw new Unclear()
        seen.add(key)
        todo.push([p, q])
      }
    return false
  }
  for (let p = 0; p < letters.length; p++) step(p, p)
  for (let pair = todo.pop(); pair !== undefined; pair = todo.pop()) if (step(...pair)) return true
  return false
}

/** Whether a piece surely fits where it stands, if only nothing. */
const surelyFits = (piece: Piece): boolean =>
  piece.kind !== 'look' &&
  (timesOf(piece.quantifier).least === 0 ||
    (piece.inner !== undefined && piecesOf(piece.inner).some((pieces) => pieces.every(surelyFits))))

/** The first part that may take exponential time, as it is written. */
const exponentialPart = (source: string, fits: (atom: string) => RegExp, open: boolean): string | undefined => {
  const known = new Map<string, Letters | undefined>()
  const lettersOf = (atom: string): Letters | undefined => {
    if (known.has(atom)) return known.get(atom)
    let bits: Letters | undefined
    try {
      const expression = fits(atom)
      bits = samples.reduce((all, sign, i) => (expression.test(sign) ? all | (1n << BigInt(i)) : all), 0n)
      // An assertion, a reference: nothing that reads one character.
      if (bits === 0n || expression.test('')) bits = undefined
    } catch {
      bits = undefined
    }
    known.set(atom, bits)
    return bits
  }
  const search = (text: string, mayFail: boolean): string | undefined => {
    for (const pieces of piecesOf(text)) {
      for (const [i, piece] of pieces.entries()) {
        if (piece.inner === undefined) continue
        const { most: upper, keeps } = timesOf(piece.quantifier)
        const behind = mayFail || !pieces.slice(i + 1).every(surelyFits)
        const inner = piece.kind === 'plain' && !keeps ? behind : false
        if (upper === Number.POSITIVE_INFINITY && inner) {
          try {
            if (readsTwice(piece.inner, lettersOf)) return piece.text
          } catch (error) {
            if (!(error instanceof Unclear)) throw error
          }
          const within = insides(piece.inner)
          if (within !== undefined) return within
        } else {
          const found = search(piece.inner, inner)
          if (found !== undefined) return found
        }
      }
    }
    return undefined
  }
  /** Of a repeated part: what is in atomic groups and look-arounds, which was not followed. */
  const insides = (text: string): string | undefined => {
    for (const piece of piecesOf(text).flat()) {
      if (piece.inner === undefined) continue
      const found = piece.kind === 'plain' ? insides(piece.inner) : search(piece.inner, false)
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(source, open)
}

/**
 * What is wrong with an expression that may take exponential time. `fits`: an expression of JavaScript for one piece that
 * reads one character; `open`: something behind the expression may fail.
 */
export const exponentialProblem = (
  source: string,
  fits: (atom: string) => RegExp,
  open: boolean,
): { readonly text: string; readonly mend: string } | undefined => {
  const part = exponentialPart(source, fits, open)
  return part === undefined
    ? undefined
    : {
        text: `${shorten(part, 80)} can read one text in many ways, and takes for ever to find that none fits`,
        mend: 'Let what is repeated begin or end with something that the rest of it cannot be, as (?:\\w+,)*',
      }
}
