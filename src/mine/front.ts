import type { Piece } from './align.ts'
import { levelLetter, levelPattern } from './level-word.ts'
import { lexemes } from './lexeme.ts'

/** What a column of a line's front looks like: a `field` stands between bars or before a wide blank, a `word` may be anything. */
type Kind = 'number' | 'clock' | 'calendar' | 'level' | 'bracket' | 'tag' | 'field' | 'mark' | 'word'

interface Column {
  readonly kind: Kind
  readonly start: number
  readonly end: number
}

/** Columns in which a front is looked for. */
const mostColumns = 12
/** Units of a line in which it is. */
const longest = 400
/** Words in a row that may be part of a front where such a column follows: a host, a program, a part of it. */
const mostWords: Readonly<Record<Kind, number>> = {
  clock: 3,
  calendar: 3,
  level: 3,
  tag: 3,
  field: 3,
  bracket: 1,
  number: 0,
  mark: 0,
  word: 0,
}
/** Share of the lines that a front must fit. */
const enough = 0.95
/** Lines that are looked at, spread over all. */
const mostLines = 2000

const calendar = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun),?$/
/** Numbers, times and dates, and what stands between their digits. */
const numeric = /^[^\p{L}]*\d(?:[^\p{L}]|(?<=\d)[TZ](?=\d|$|[^\p{L}]))*$/u
const clock = /\d\d:\d\d|^\D?\d{10}(?:\d{3})?\D?$|^\D?\d{6}\D?$|\d{4}[-./]\d\d|\d\.\d{6}\b/
const lettered = /[\p{L}\p{N}]/u

const kindOf = (text: string): Kind => {
  if (/^[[(<]./.test(text)) return 'bracket'
  if (!lettered.test(text)) return 'mark'
  if (numeric.test(text)) return clock.test(text) ? 'clock' : 'number'
  if (calendar.test(text)) return 'calendar'
  const bare = text.replace(/[,:;]+$/, '')
  if (levelPattern.test(bare) || levelLetter.test(bare)) return 'level'
  return text.endsWith(':') ? 'tag' : 'word'
}

/** What stands between blanks or bars; a bracket may hold blanks. */
const columnsOf = (line: string, most: number): readonly Column[] => {
  const columns: Column[] = []
  const end = Math.min(line.length, longest)
  for (let at = 0; at < end && columns.length < most; ) {
    const character = line[at]!
    if (character === ' ' || character === '\t' || character === '|') {
      at++
      continue
    }
    const start = at
    for (let depth = 0; at < end; at++) {
      const here = line[at]!
      if (here === '[' && (depth > 0 || at === start)) depth++
      else if (here === ']' && depth > 0) depth--
      else if (depth === 0 && (here === ' ' || here === '\t' || here === '|')) break
    }
    const kind = kindOf(line.slice(start, at))
    const isField =
      (line[start - 1] === '|' && line[at] === '|') || (kind === 'word' && /[ \t]{2}/.test(line.slice(at, at + 2)))
    columns.push({ kind: isField ? 'field' : kind, start, end: at })
  }
  return columns
}

/** What most lines begin with before their message: time, level, who says it. */
export interface Front {
  /** Where the message of a line begins; 0 where it does not begin so. */
  messageAt(line: string): number
}

const sampleOf = (lines: readonly string[]): readonly string[] => {
  const step = Math.max(1, Math.floor(lines.length / mostLines))
  return lines.filter((_, i) => i % step === 0)
}

/** Who speaks may be of two words: whether a tag is at the place, or behind it. */
const isTagged = (columns: readonly Column[], place: number): boolean =>
  columns[place]?.kind === 'tag' ||
  (/^(?:word|mark)$/.test(columns[place]?.kind ?? '') && columns[place + 1]?.kind === 'tag')

/** Kinds of the columns that most lines have in common; `word` where they have none. */
const commonKinds = (sample: readonly (readonly Column[])[]): readonly Kind[] =>
  Array.from({ length: mostColumns }, (_, place) => {
    const counts = new Map<Kind, number>()
    for (const columns of sample) {
      const kind = columns[place]?.kind
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    const most = [...counts].sort(([, a], [, b]) => b - a)[0]
    if (most === undefined) return 'word'
    const fits = most[0] === 'tag' ? sample.filter((columns) => isTagged(columns, place)).length : most[1]
    return fits >= enough * sample.length ? most[0] : 'word'
  })

const lengthOf = (kinds: readonly Kind[]): number => {
  let length = 0
  for (const [i, kind] of kinds.entries()) {
    if (kind === 'word') continue
    // Who speaks comes last, but for brackets.
    const isOver = kinds[length - 1] === 'tag' && kind !== 'bracket'
    if (isOver || i - length > mostWords[kind]) break
    length = i + 1
  }
  return length
}

/** Whether a line begins so: times and numbers are where they should be, and but one of the others is not. */
const begins = (columns: readonly Column[], front: readonly Kind[]): boolean => {
  let others = 0
  for (const [i, kind] of front.entries()) {
    const found = columns[i]?.kind
    if (found === undefined || ((kind === 'clock' || kind === 'number' || kind === 'calendar') && found !== kind))
      return false
    if (kind !== 'word' && found !== kind) others++
  }
  return others < 2
}

/** Undefined where lines have none in common. */
export const frontOf = (lines: readonly string[]): Front | undefined => {
  const sample = sampleOf(lines).map((line) => ({ line, columns: columnsOf(line, mostColumns) }))
  if (sample.length < 2) return undefined
  const kinds = commonKinds(sample.map(({ columns }) => columns))
  const length = lengthOf(kinds)
  const front = kinds.slice(0, length)
  const timed = sample.filter(({ line, columns }) =>
    columns.slice(0, length).some(({ start, end }) => clock.test(line.slice(start, end))),
  )
  if (timed.length < enough * sample.length) return undefined
  const isLong = front.at(-1) === 'tag'
  const endOf = (line: string): number | undefined => {
    const columns = columnsOf(line, length + 1)
    if (!begins(columns, front)) return undefined
    const last = isLong && columns[length - 1]!.kind !== 'tag' && isTagged(columns, length - 1) ? length : length - 1
    const after = /[\s|]*/y
    after.lastIndex = columns[last]!.end
    return after.lastIndex + after.exec(line)![0].length
  }
  const dash = /(?:[^\s-]\S* ){1,3}- +/y
  const dashAt = (line: string): number => {
    const end = endOf(line) ?? 0
    dash.lastIndex = end
    return end + (dash.exec(line)?.[0].length ?? 0)
  }
  const dashed = sample.filter(({ line }) => dashAt(line) > (endOf(line) ?? 0)).length
  return { messageAt: dashed >= enough * sample.length ? dashAt : (line) => endOf(line) ?? 0 }
}

/** A column of a front without the brackets or the colon around it, or what stands between two. */
export type FrontPiece = Piece & {
  /** Whether it says who speaks: a colon is behind it. */
  readonly isTag?: true
}

/** The front of a line taken apart. */
export const frontPieces = (front: string): readonly FrontPiece[] => {
  const times = lexemes(front).filter(({ shape }) => shape === 'time')
  const pieces: FrontPiece[] = []
  let done = 0
  for (const { kind, start, end } of columnsOf(front, mostColumns)) {
    if (kind === 'mark' || start < done) continue
    const text = front.slice(start, end)
    const from = start + /^[^\p{L}\p{N}]*/u.exec(text)![0].length
    const time = times.find((one) => one.start >= start && one.start < end)
    const core = start + text.replace(/[^\p{L}\p{N}]+$/u, '').length
    const to = Math.max(core, time === undefined ? 0 : time.start + time.text.length)
    if (from > done) pieces.push({ constant: front.slice(done, from) })
    pieces.push({ value: front.slice(from, to), ...(kind === 'tag' ? { isTag: true } : {}) })
    done = to
  }
  if (done < front.length) pieces.push({ constant: front.slice(done) })
  return pieces
}
