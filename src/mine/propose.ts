import { isIP } from 'node:net'
import { align, type Piece } from './align.ts'
import { fieldNamer, type Names } from './field-name.ts'
import { type FrontPiece, frontPieces } from './front.ts'
import { levelLetter, levelPattern } from './level-word.ts'
import { lexemes, type Shape } from './lexeme.ts'
import type { Mined, Template } from './mine.ts'
import { frontPlacesOf, outline, type Place, placesOf, withQuoted } from './place.ts'
import { skeleton } from './skeleton.ts'
import { timeLayout } from './time-layout.ts'

/** Source text of one grammar's line, and lines it was made from. */
export interface Proposed {
  /** What stands between the backticks of line`…`. */
  readonly line: string
  /** What its values look like, for a person: `<time> job <uuid> took <int> ms`. */
  readonly shown: string
  readonly samples: readonly string[]
  /** Functions it calls. */
  readonly uses: ReadonlySet<string>
  /** How many lines it was made from. */
  readonly count: number
}

/** Lines of a template that are looked at for the types of its values. */
const mostLooked = 500
const mostSamples = 3
/** Ways of spacing or building a template that are proposed. */
const mostOutlines = 20
/** Lines of more places than this are no message but data. */
const mostPlaces = 48

/** A level stands at the front of a line, if anywhere. */
const levelPlaces = 5

const allAre = (values: readonly string[], pattern: RegExp): boolean => values.every((value) => pattern.test(value))
const isAddress = (value: string): boolean => isIP(value) !== 0 && !value.includes('%')
const socket = /^([\d.]{7,15}):(\d{1,5})$/

/** The function that captures such values. */
const kindOf = (values: readonly string[]): string => {
  if (values.every(isAddress)) return 'ip'
  if (allAre(values, /^-?(?:0|[1-9]\d{0,17})$/)) return 'int'
  if (allAre(values, /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/)) return 'number'
  return allAre(values, /^\S+$/) ? 'word' : 'text'
}

const telling: ReadonlySet<Shape> = new Set(['time', 'ip', 'uuid', 'hex', 'url', 'mail', 'path'])
const mostTold = 50

/** What such values look like: as what they are captured, unless all have a shape that says more. */
const shapeOf = (values: readonly string[], kind: string): string => {
  if (kind !== 'word') return kind
  const shapes = new Set(
    values.slice(0, mostTold).map((value) => {
      const [only, more] = lexemes(value)
      return more === undefined && only?.text === value ? only.shape : 'word'
    }),
  )
  // Of hexadecimal digits some numbers have no letter.
  if (shapes.has('hex')) shapes.delete('number')
  const [shape] = shapes
  return shapes.size === 1 && telling.has(shape!) ? shape! : kind
}

const commonEnd = (values: readonly string[], pattern: RegExp): string => {
  const end = pattern.exec(values[0]!)?.[0] ?? ''
  return end !== '' && values.every((value) => value.length > end.length && value.endsWith(end)) ? end : ''
}
const commonStart = (values: readonly string[]): string => {
  const start = /^[^\p{L}\p{N}\s.-]+/u.exec(values[0]!)?.[0] ?? ''
  // `/10.0.0.1` is an address that Java wrote; of a path the stroke is a part.
  if (start.endsWith('/') && !allAre(values, /^\/\d/)) return ''
  return start !== '' && values.every((value) => value.length > start.length && value.startsWith(start)) ? start : ''
}

/** What a terminal or an editor would act on, as JavaScript writes it. */
export const escapeControls = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)

/** Text as it stands in a template literal; each `$`, because what is written next may begin with a brace. */
export const literal = (text: string): string => escapeControls(text.replace(/[\\`$]/g, '\\$&'))

/** Writes a line`…` piece by piece. */
const lineWriter = (names: Names) => {
  const namer = fieldNamer(names)
  const uses = new Set(['line'])
  let out = ''
  let shown = ''
  let before = ''
  /** Whether a capture ended it: another cannot follow at once. */
  let open = false
  const put = (text: string): void => {
    if (text === '') return
    out += literal(text)
    shown += text
    before += text
    open = false
  }
  const capture = (kind: string, shape: string, name: string, ...more: readonly string[]): void => {
    uses.add(kind)
    shown += `<${shape}>`
    out += `\${${kind}('${[name, ...more].join("', '")}')}`
    // What stands before a value does not name the next one.
    before += ' \u0000 '
    open = true
  }
  const putText = (text: string, isFront: boolean): void => {
    const words = text.split(/(?<=[\s[\]()<>|:=,])|(?=[\s[\]()<>|:=,])/)
    const at = isFront ? words.findIndex((word, i) => levelPattern.test(word) && (i > 0 || !open)) : -1
    if (at < 0 || !namer.take('log.level', 'word')) {
      put(text)
      return
    }
    put(words.slice(0, at).join(''))
    capture('word', 'level', 'log.level')
    put(words.slice(at + 1).join(''))
  }
  const putValues = (values: readonly string[], next: string, isFront: boolean, field: string | undefined): void => {
    const layout = timeLayout(values)
    if (layout !== undefined && namer.take('@timestamp', 'time')) {
      capture('time', 'time', '@timestamp', layout)
      return
    }
    const isLevel = (value: string): boolean => levelPattern.test(value) || (isFront && levelLetter.test(value))
    if (values.every(isLevel) && namer.take('log.level', 'word')) {
      capture('word', 'level', 'log.level')
      return
    }
    const start = commonStart(values)
    const inner = values.map((value) => value.slice(start.length))
    put(start)
    if (inner.every((value) => isAddress(socket.exec(value)?.[1] ?? ''))) {
      const name = namer.nameFor('ip', before, ':')
      capture('ip', 'ip', name)
      put(':')
      const port = name.replace(/(?<=^source\.|^destination\.)ip$/, 'port')
      capture('int', 'port', port !== name && namer.take(port, 'int') ? port : namer.nameFor('int', 'port ', next))
      return
    }
    // `512ms`, `80%`: a number and what it counts.
    const end = commonEnd(inner, /(?<=\d)(?:%|[a-zA-Z]{1,5})$/)
    const number = kindOf(inner.map((value) => value.slice(0, value.length - end.length)))
    if (field === undefined && (number === 'int' || number === 'number')) {
      capture(number, number, namer.nameFor(number, before, end + next))
      put(end)
      return
    }
    const kind = kindOf(inner)
    if (field !== undefined && namer.take(field, kind)) {
      capture(kind, shapeOf(inner, kind), field)
      return
    }
    // A word ends at the text behind it: a value that holds that text does not.
    const told = kind === 'word' && next !== '' && inner.some((value) => value.includes(next)) ? 'text' : kind
    capture(told, shapeOf(inner, told), namer.nameFor(told, before, next))
  }
  return {
    uses,
    text: () => out,
    shown: () => shown,
    /** False where two values have nothing between them. */
    place(place: Place, next: Place | undefined, isFront: boolean): boolean {
      if ('constant' in place) putText(place.constant, isFront)
      else if (open) return false
      else putValues(place.values, next !== undefined && 'constant' in next ? next.constant : '', isFront, place.field)
      return true
    },
  }
}

/** How the lines of a template are written, one proposal for each way they are spaced. */
export const propose = (
  template: Template,
  lines: readonly string[],
  messageAt: Mined['messageAt'],
  names: Names,
): readonly Proposed[] => {
  const looked = template.lines.slice(0, mostLooked)
  const outlines = new Map<string, { line: string; front: readonly FrontPiece[]; message: readonly Piece[] }[]>()
  for (const i of looked) {
    const line = lines[i]!
    const front = frontPieces(line.slice(0, messageAt[i]))
    const text = line.slice(messageAt[i])
    const lexed = lexemes(text)
    // What a template covers may be built otherwise.
    const told = align(template.tokens, text, lexed) ?? align(skeleton(lexed), text, lexed)
    if (told === undefined) continue
    // Where a value is empty there is nothing to read.
    const message = told.filter((piece) => !('value' in piece) || piece.value !== '')
    const key = outline([...front, ...message])
    const alike = outlines.get(key)
    if (alike === undefined) outlines.set(key, [{ line, front, message }])
    else alike.push({ line, front, message })
  }
  const largest = [...outlines.values()].sort((a, b) => b.length - a.length).slice(0, mostOutlines)
  return largest.flatMap((alike) => {
    const front = frontPlacesOf(alike.map((one) => one.front))
    const places = withQuoted([...front, ...placesOf(alike.map(({ message }) => message))])
    if (places.length > mostPlaces) return []
    const writer = lineWriter(names)
    const levels = front.length === 0 ? levelPlaces : front.length
    const fits = places.every((place, i) => writer.place(place, places[i + 1], i < levels))
    if (!fits) return []
    const samples = [...new Set(alike.map(({ line }) => line))].slice(0, mostSamples)
    const count = Math.round((alike.length * template.lines.length) / looked.length)
    return [{ line: writer.text(), shown: writer.shown(), samples, uses: writer.uses, count }]
  })
}
