import { markSite } from '../event/diagnostic.ts'
import type { ApacheDirective, ApachePiece } from './apache-format-text.ts'
import { captureOf, text } from './capture.ts'
import type { FormatPiece, FormatProblem } from './format-pieces.ts'
import { type Kind, type Variable, variable, written } from './format-variable.ts'
import { layoutItems, layoutProblem } from './layout.ts'
import { either, sequence } from './line.ts'
import { literalTime, strftime, type TimeText } from './strftime.ts'
import { time } from './time.ts'

/** One `%t` or `%{…}t`. */
interface TimePiece {
  readonly phase: 'begin' | 'end'
  readonly parts: readonly TimeText[]
  readonly shown: string
  readonly at: number
  readonly isConditional: boolean
}

const epochs: Readonly<Record<string, TimeText>> = {
  sec: { layout: 'epoch_s', sample: '1773129600' },
  msec: { layout: 'epoch_ms', sample: '1773129600123' },
  usec: { layout: 'epoch_us', sample: '1773129600123456' },
  msec_frac: { layout: 'SSS', sample: '123' },
  usec_frac: { layout: 'SSS', sample: '123456' },
}
const clf = '[%d/%b/%Y:%H:%M:%S %z]'

const layoutOf = (parts: readonly TimeText[]): string => parts.map(({ layout }) => layout).join('')
const sampleOf = (parts: readonly TimeText[]): string => parts.map(({ sample }) => sample).join('')
const isCount = (layout: string): boolean => layout.startsWith('epoch_')
const tokensOf = (parts: readonly TimeText[]): readonly string[] =>
  parts
    .flatMap((part) => (part.isLiteral === true || isCount(part.layout) ? [] : layoutItems(part.layout)))
    .flatMap((item) => ('token' in item ? [item.token] : []))

/** Seconds since 1970 with their fraction behind; undefined where the two make no number. */
const countJoined = (
  first: readonly TimeText[],
  between: string,
  second: readonly TimeText[],
): TimeText | undefined => {
  const [count] = first
  const [fraction] = second
  if (first.length !== 1 || second.length !== 1 || count?.layout !== 'epoch_s' || fraction?.layout !== 'SSS')
    return undefined
  const sample = `${count.sample}${between}${fraction.sample}`
  if (between === '.') return { layout: 'epoch_s', sample }
  return between === '' ? { layout: fraction.sample.length === 3 ? 'epoch_ms' : 'epoch_us', sample } : undefined
}

/** Two pieces as one time, where neither says what the other does. */
const joined = (first: TimePiece, between: string, second: TimePiece): TimePiece | undefined => {
  if (first.phase !== second.phase || first.isConditional || second.isConditional) return undefined
  const whole = { ...first, shown: `${first.shown}${between}${second.shown}` }
  const count = countJoined(first.parts, between, second.parts)
  if (count !== undefined) return { ...whole, parts: [count] }
  if ([...first.parts, ...second.parts].some(({ layout }) => isCount(layout))) return undefined
  const tokens = new Set(tokensOf(first.parts))
  if (tokensOf(second.parts).some((token) => tokens.has(token))) return undefined
  return { ...whole, parts: [...first.parts, ...(between === '' ? [] : [literalTime(between)]), ...second.parts] }
}

const readTime = (
  { arg, conditions, shown }: ApacheDirective,
  at: number,
): TimePiece | { readonly unknown: string } => {
  const [, phase, format] = /^(?:(begin|end):)?([\s\S]*)$/.exec(arg)!
  const count = Object.hasOwn(epochs, format!) ? epochs[format!] : undefined
  const parts = count === undefined ? strftime(format === '' ? clf : format!) : [count]
  if ('unknown' in parts) return parts
  return { phase: phase === 'end' ? 'end' : 'begin', parts, shown, at, isConditional: conditions !== '' }
}

const timeKind = (layout: string): Kind => ({
  part: (field) => time(field as '@timestamp', layout),
  repeats: true,
  always: true,
  skip: () =>
    captureOf({
      site: markSite(timeKind),
      name: undefined,
      type: 'date',
      extent: 'self',
      value: { as: 'time', layouts: [layout] },
    }),
})
/** One that some statuses lack. */
const conditionalKind = (before: string, layout: string, behind: string): Kind => {
  const { part, skip } = timeKind(layout)
  const perhaps = (of: ReturnType<Kind['part']>) => either(sequence([before, behind], [of]), sequence(['-'], []))
  return {
    part: (field, writing) => perhaps(part(field, writing)),
    repeats: true,
    skip: () => perhaps(skip!()),
  }
}

export interface ApacheTimes {
  /** The format, each time in it one variable. */
  readonly pieces: readonly (FormatPiece | ApachePiece)[]
  readonly variables: readonly (readonly [
    name: string,
    { readonly variable: Variable; readonly other: Variable; readonly rank: number },
  ])[]
  readonly problems: readonly FormatProblem[]
  shown(name: string): string
}

const mend = 'Write the parts of a time side by side, as %{%F %T}t.%{usec_frac}t %{%z}t'

/** Puts what is written of one time into one: `%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t`. */
export const apacheTimes = (given: readonly ApachePiece[]): ApacheTimes => {
  const problems: FormatProblem[] = []
  const found: (ApachePiece | TimePiece)[] = []
  for (const piece of given) {
    if (!('directive' in piece) || piece.directive.letter !== 't') {
      found.push(piece)
      continue
    }
    const one = readTime(piece.directive, piece.at)
    if ('unknown' in one) {
      problems.push({
        at: piece.at,
        text: `${one.unknown} of ${piece.directive.shown} is nothing that a time is read by`,
        mend,
      })
      continue
    }
    const [before, literal] = [found.at(-2), found.at(-1)]
    const isBetween = literal !== undefined && 'literal' in literal
    const earlier = isBetween ? before : literal
    const both =
      earlier !== undefined && 'phase' in earlier ? joined(earlier, isBetween ? literal.literal : '', one) : undefined
    if (both !== undefined) found.splice(isBetween ? -2 : -1, 2, both)
    else found.push(one)
  }
  const isWhole = (piece: ApachePiece | TimePiece): piece is TimePiece =>
    'phase' in piece && layoutProblem(layoutOf(piece.parts)) === undefined
  const hasTime = found.some(isWhole)
  const variables: [string, ApacheTimes['variables'][number][1]][] = []
  const names = new Map<string, string>()
  const pieces = found.flatMap((piece): readonly (FormatPiece | ApachePiece)[] => {
    if (!('phase' in piece)) return [piece]
    const { parts, phase, shown, at, isConditional } = piece
    const first = parts.findIndex(({ isLiteral }) => isLiteral !== true)
    const end = parts.findLastIndex(({ isLiteral }) => isLiteral !== true) + 1
    const before = sampleOf(parts.slice(0, Math.max(0, first)))
    const behind = sampleOf(parts.slice(end))
    const core = parts.slice(Math.max(0, first), end)
    const layout = layoutOf(core)
    const problem = layoutProblem(layout)
    if (problem !== undefined && !hasTime) {
      problems.push({ at, text: `${shown}: ${problem.text}`, mend })
      return []
    }
    const name = `${isConditional ? '?' : ''}{${phase}:${layout}}t`
    const part = variable(written(text), isConditional ? sampleOf(parts) : sampleOf(core), 'apache.access.time_part')
    const samples = isConditional ? [sampleOf(parts), '-'] : sampleOf(core)
    const kind = isConditional ? conditionalKind(before, layout, behind) : timeKind(layout)
    const tokens = tokensOf(core)
    const isSure = isCount(layout) || tokens.includes('Z') || tokens.includes('z')
    const isExact =
      tokens.includes('SSS') || layout === 'epoch_ms' || layout === 'epoch_us' || core[0]?.sample.includes('.') === true
    names.set(name, shown)
    variables.push([
      name,
      {
        variable:
          problem === undefined
            ? variable(kind, samples, ['@timestamp', ...(phase === 'end' ? ['event.end'] : [])])
            : part,
        other: part,
        rank:
          (problem === undefined ? 0 : 100) +
          (phase === 'end' ? 10 : 0) +
          (isConditional ? 4 : 0) +
          (isSure ? 0 : 2) +
          (isExact ? 0 : 1),
      },
    ])
    const one = { variable: name, at }
    if (isConditional) return [one]
    return [
      ...(before === '' ? [] : [{ literal: before, at }]),
      one,
      ...(behind === '' ? [] : [{ literal: behind, at }]),
    ]
  })
  return { pieces, variables, problems, shown: (name) => names.get(name)! }
}
