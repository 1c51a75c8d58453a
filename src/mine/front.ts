import type { Piece } from './align.ts'
import { levelLetter, levelPattern } from './level-word.ts'
import { lexemes } from './lexeme.ts'

/** What a column of a line's front looks like. A `word` may be anything. */
type Kind = 'number' | 'calendar' | 'level' | 'bracket' | 'tag' | 'mark' | 'word'

interface Column {
  readonly kind: Kind
  readonly start: number
  readonly end: number
}

/** Columns in which a front is looked for. */
const mostColumns = 12
/** Units of a line in which it is. */
const longest = 400
/** Words in a row that may be part of a front: a host, a program, a part of it. */
const mostWords = 3
/** Share of the lines that a front must fit. */
const enough = 0.95
/** Lines that are looked at, spread over all. */
const mostLines = 2000

const calendar = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun),?$/
/** Numbers, times and dates, and what stands between their digits. */
const numeric = /^[^\p{L}]*\d(?:[^\p{L}]|(?<=\d)[TZ](?=\d|$|[^\p{L}]))*$/u
const clock = /\d\d:\d\d|^\D?\d{10}(?:\d{3})?\D?$|^\D?\d{6}\D?$|\d{4}[-./]\d\d/
const lettered = /[\p{L}\p{N}]/u

const kindOf = (text: string): Kind => {
  if (!lettered.test(text)) return 'mark'
  if (/^[[(<]/.test(text)) return 'bracket'
  if (numeric.test(text)) return 'number'
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
    columns.push({ kind: kindOf(line.slice(start, at)), start, end: at })
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

/** Undefined where lines have none in common. */
export const frontOf = (lines: readonly string[]): Front | undefined => {
  const sample = sampleOf(lines).map((line) => ({ line, columns: columnsOf(line, mostColumns) }))
  if (sample.length < 2) return undefined
  const kinds: Kind[] = []
  for (let i = 0; i < mostColumns; i++) {
    const counts = new Map<Kind, number>()
    for (const { columns } of sample) {
      const kind = columns[i]?.kind
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    const most = [...counts].sort(([, a], [, b]) => b - a)[0]
    kinds.push(most !== undefined && most[1] >= enough * sample.length ? most[0] : 'word')
  }
  let length = 0
  for (let i = 0, tagged = false; i < kinds.length && i - length <= mostWords; i++) {
    const kind = kinds[i]!
    if (kind === 'word' || (kind === 'tag' && tagged)) continue
    tagged ||= kind === 'tag'
    length = i + 1
  }
  const front = kinds.slice(0, length)
  const timed = sample.filter(({ line, columns }) =>
    columns.slice(0, length).some(({ start, end }) => clock.test(line.slice(start, end))),
  )
  if (timed.length < enough * sample.length) return undefined
  return {
    messageAt(line) {
      const columns = columnsOf(line, length)
      if (columns.length < length) return 0
      for (let i = 0; i < length; i++) if (front[i] !== 'word' && columns[i]!.kind !== front[i]) return 0
      const { end } = columns[length - 1]!
      const after = /[\s|]*/y
      after.lastIndex = end
      return end + after.exec(line)![0].length
    },
  }
}

/** The front of a line taken apart: each column is a value without the brackets or the colon around it. */
export const frontPieces = (front: string): readonly Piece[] => {
  const times = lexemes(front).filter(({ shape }) => shape === 'time')
  const pieces: Piece[] = []
  let done = 0
  for (const { kind, start, end } of columnsOf(front, mostColumns)) {
    if (kind === 'mark' || start < done) continue
    const text = front.slice(start, end)
    const from = start + /^[^\p{L}\p{N}]*/u.exec(text)![0].length
    const time = times.find((one) => one.start >= start && one.start < end)
    const to = Math.max(
      start + text.replace(/[^\p{L}\p{N}]+$/u, '').length,
      time === undefined ? 0 : time.start + time.text.length,
    )
    if (from > done) pieces.push({ constant: front.slice(done, from) })
    pieces.push({ value: front.slice(from, to) })
    done = to
  }
  if (done < front.length) pieces.push({ constant: front.slice(done) })
  return pieces
}
