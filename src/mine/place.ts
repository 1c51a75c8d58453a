import type { Piece } from './align.ts'
import type { FrontPiece } from './front.ts'
import { lexemes } from './lexeme.ts'

/** What stands at one place of lines laid side by side: the same text in all, or values. */
export type Place =
  | { readonly constant: string }
  | {
      readonly values: readonly string[]
      /** Field of its own. */
      readonly field?: string
    }

const same = (texts: readonly string[]): boolean => texts.every((text) => text === texts[0])

/** A value cut at its marks and blanks; each second part is one of those. */
const cut = (value: string): readonly { readonly constant: boolean; readonly text: string }[] => {
  const parts: { constant: boolean; text: string }[] = []
  const put = (constant: boolean, text: string): void => {
    const last = parts.at(-1)
    if (constant && last?.constant === true) last.text += text
    else if (text !== '') parts.push({ constant, text })
  }
  let done = 0
  for (const { shape, text, start } of lexemes(value)) {
    put(true, value.slice(done, start))
    put(shape === 'mark', text)
    done = start + text.length
  }
  put(true, value.slice(done))
  return parts
}

/** A word that is the same in several lines is no value after all. */
const isWord = (texts: readonly string[]): boolean => texts.length > 1 && same(texts) && !/\d/.test(texts[0]!)

/** Values that are built alike (`time host`, `a, b`) stand at several places. */
const refined = (values: readonly string[]): readonly Place[] => {
  const cuts = values.map(cut)
  const [first] = cuts
  const isTold = first!.every(({ constant }, i) => constant || i === 0 || first![i - 1]!.constant)
  const builds = cuts.map((parts) => parts.map(({ constant, text }) => (constant ? text : '\u0000')).join('\u0001'))
  if (first!.length === 1 || !isTold || !same(builds)) return [{ values }]
  return first!.map(({ constant, text }, i) => {
    const texts = cuts.map((parts) => parts[i]!.text)
    return constant || isWord(texts) ? { constant: text } : { values: texts }
  })
}

/** Lines of one template that are spaced alike have the same one. */
export const outline = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => ('constant' in piece ? piece.constant : '\u0000')).join('')

/** Lines of the same outline, side by side. */
export const placesOf = (lines: readonly (readonly Piece[])[]): readonly Place[] =>
  lines[0]!.flatMap((first, i) => {
    if ('constant' in first) return [first]
    const values = lines.map((line) => (line[i] as { readonly value: string }).value)
    return isWord(values) ? [{ constant: values[0]! }] : refined(values)
  })

/** `sshd[123`: the bracket that closes it stands behind the column. */
const process = /^([^\s[\]]+)\[(\d+)$/

/** Columns of fronts of the same outline, side by side: they are values, were they the same in all lines. */
export const frontPlacesOf = (fronts: readonly (readonly FrontPiece[])[]): readonly Place[] =>
  fronts[0]!.flatMap((first, i): readonly Place[] => {
    if ('constant' in first) return [first]
    const values = fronts.map((front) => (front[i] as { readonly value: string }).value)
    const processes = values.map((value) => process.exec(value))
    if (processes.every((found) => found !== null))
      return [
        { values: processes.map((found) => found[1]!), field: 'process.name' },
        { constant: '[' },
        { values: processes.map((found) => found[2]!), field: 'process.pid' },
      ]
    const isName = first.isTag === true && values.every((value) => /^\S+$/.test(value))
    return isName ? [{ values, field: 'log.logger' }] : refined(values)
  })

/** Values with nothing but blanks between them, from one quote to the next, are one: what was quoted. */
export const withQuoted = (places: readonly Place[]): readonly Place[] => {
  const joined: Place[] = []
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!
    joined.push(place)
    const quote = 'constant' in place ? /["'`]$/.exec(place.constant)?.[0] : undefined
    if (quote === undefined) continue
    let end = i + 1
    const isInside = (one: Place | undefined): boolean =>
      one !== undefined && ('values' in one || /^\s+$/.test(one.constant))
    while (isInside(places[end])) end++
    const closing = places[end]
    const inner = places.slice(i + 1, end)
    const count = inner.flatMap((one) => ('values' in one ? [one.values.length] : []))[0]
    if (inner.length < 2 || count === undefined || closing === undefined) continue
    if (!('constant' in closing && closing.constant.startsWith(quote))) continue
    const textOf = (line: number): string =>
      inner.map((one) => ('constant' in one ? one.constant : one.values[line]!)).join('')
    joined.push({ values: Array.from({ length: count }, (_, line) => textOf(line)) })
    i = end - 1
  }
  return joined
}
