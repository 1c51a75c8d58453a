import { type Batch, release } from '../event/batch.ts'
import { has } from '../event/column.ts'
import { printable } from '../event/printable.ts'
import type { Grammar } from './grammar.ts'
import { blockOf } from './text-block.ts'

export interface Candidate {
  readonly grammar: Grammar
  /** Records of the head that tell its format, those it reads, and how many it makes of the head. */
  readonly told: number
  readonly read: number
  readonly of: number
  /** A sentence: why it, or why not. */
  readonly why: string
}
/**
 * `one`: this grammar it is. `close`: none reads enough, or two read as much and neither says it is the other's twin or more
 * general; best first. `none`: no grammar reads any record, or there is none yet. `why` says it in a sentence.
 */
export type Recognised =
  | { readonly kind: 'one'; readonly grammar: Grammar; readonly why: string }
  | { readonly kind: 'close'; readonly close: readonly Candidate[]; readonly why: string }
  | { readonly kind: 'none'; readonly why: string }

const most = 64
/** Share of the records that has to fit: a log holds strange lines, but not many. */
const enough = 0.6

const isBlank = (line: Uint8Array): boolean => line.every((b) => b === 32 || b === 9)

/** Whole records of the head as the grammar's framing cuts them; a record the head may cut is left out. */
const recordsOf = (grammar: Grammar, lines: readonly HeadLine[], whole: boolean): readonly Uint8Array[] => {
  const { translate } = grammar.framing
  if (!grammar.framing.joins)
    return lines
      .map(({ text }) => text)
      .filter((text) => !isBlank(text))
      .slice(0, most)
  let reader = grammar.framing.begin()
  const records: Uint8Array[][] = []
  let open = false
  for (let i = 0; i < lines.length; i++) {
    const { text, raw, size } = lines[i]!
    const line = open && translate !== undefined ? withoutCr(raw) : text
    const starts = reader.starts(line, 0, line.length, size)
    if (typeof starts === 'number') {
      // Lines told since then, but for this one, were taken for text.
      records.at(-1)!.length -= starts
      i -= starts + 1
      reader = grammar.framing.begin()
      open = false
      continue
    }
    if (starts === 'between') open = false
    else if (!open && translate === undefined && isBlank(text)) continue
    else if (starts || !open) {
      if (records.length > most) break
      records.push([])
      open = true
    }
    if (open) records.at(-1)!.push(translate === undefined ? text : raw)
  }
  if (!whole && records.length > 1) records.pop()
  return records
    .map((parts) => Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from('\n'), part]))))
    .map((record) => {
      const found = translate?.(record, false)
      return found === undefined ? record : Uint8Array.from(found.text)
    })
    .filter(({ length }) => length > 0)
}

interface HeadLine {
  /** Without line end, and without NUL bytes before it. */
  readonly text: Uint8Array
  /** With both, but for the line feed. */
  readonly raw: Uint8Array
  /** Its bytes, line end included. */
  readonly size: number
}
const withoutCr = (raw: Uint8Array): Uint8Array => (raw.at(-1) === 13 ? raw.subarray(0, -1) : raw)

const linesOf = (head: Uint8Array): { readonly lines: readonly HeadLine[]; readonly whole: boolean } => {
  const lines: HeadLine[] = []
  let start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  let begin = start
  for (let at = start; at < head.length; at++) {
    if (head[at] === 0 && at === start) start++
    if (head[at] !== 10) continue
    lines.push({ text: withoutCr(head.subarray(start, at)), raw: head.subarray(begin, at), size: at + 1 - begin })
    start = begin = at + 1
  }
  // A last line without its end may be half a line: it counts only where there is no other.
  if (start < head.length && lines.length === 0)
    lines.push({ text: head.subarray(start), raw: head.subarray(begin), size: head.length - begin })
  return { lines, whole: start >= head.length }
}

/** Whether the row was read, and has what tells the format from others. */
export const isClaimed = ({ tells }: Grammar, batch: Batch, row: number): boolean =>
  !batch.failures.has(row) &&
  tells.every((name) => {
    const column = batch.columns.get(name)
    return column !== undefined && has(column, row)
  })

const judge = (grammar: Grammar, lines: readonly HeadLine[], whole: boolean): Candidate => {
  const records = recordsOf(grammar, lines, whole)
  if (records.length === 0) return { grammar, told: 0, read: 0, of: 0, why: `${grammar.name}: nothing to read yet` }
  const options = { dataset: grammar.name, timezone: 'UTC', now: Date.now() }
  const claimed = (by: Grammar, batch: Batch): number => records.filter((_, row) => isClaimed(by, batch, row)).length
  const batch = grammar.read(blockOf(records), options)
  const [first] = batch.failures
  const read = claimed(grammar, batch)
  release(batch)
  let told = read
  if (grammar.toldBy !== undefined) {
    const own = grammar.toldBy.read(blockOf(records), options)
    told = claimed(grammar.toldBy, own)
    release(own)
  }
  const failure = first?.[1]
  const why =
    failure === undefined || first === undefined
      ? read < records.length
        ? `${grammar.name} reads all ${records.length} records of the head, but ${records.length - read} lack what tells it: ${grammar.tells.join(', ')}`
        : `${grammar.name} reads all ${records.length} records of the head`
      : `${grammar.name} reads ${read} of ${records.length} records; record ${first[0] + 1} stops at byte ${failure.at ?? 0}: expected ${failure.expected}, found ${printable(JSON.stringify(failure.found ?? ''))}`
  return { grammar, told, read, of: records.length, why }
}

const isMoreGeneral = (a: Grammar, b: Grammar): boolean => a.moreGeneralThan.includes(b.name)
/** Whether one says that both read the same lines, or both say so of a third. */
export const areTwins = (a: Grammar, b: Grammar): boolean =>
  a.twinOf === b.name || b.twinOf === a.name || (a.twinOf !== undefined && a.twinOf === b.twinOf)
const isNamedIn = (path: string, { name, pathWords }: Grammar): boolean =>
  [name.split('.')[0]!, ...pathWords].some((word) => path.includes(word))
const share = ({ read, of }: Candidate): number => (of === 0 ? 0 : read / of)
const toldShare = ({ told, of }: Candidate): number => (of === 0 ? 0 : told / of)

const sentence = (candidates: readonly Candidate[]): string => candidates.map(({ why }) => why).join('; ')

/**
 * The grammar that a file's first bytes (64 KiB will do) were written by: most records tell its format, and it reads 60 % at least.
 * Of those that read enough, one that another declares itself more general than goes first, if 60 % tell it or as many as
 * tell the other; of twins the one whose program the path names, else the one that is no twin of the other.
 */
export const recognise = (head: Uint8Array, grammars: readonly Grammar[], path = ''): Recognised => {
  const { lines, whole } = linesOf(head)
  const judged = grammars
    .filter(({ problems, anyText }) => problems.length === 0 && anyText !== true)
    .map((grammar) => judge(grammar, lines, whole))
  const sorted = judged
    .filter(({ told }) => told > 0)
    .toSorted((a, b) => toldShare(b) - toldShare(a) || share(b) - share(a))
  if (sorted.length === 0) {
    if (judged.every(({ of }) => of === 0)) return { kind: 'none', why: 'there is no record yet' }
    return {
      kind: 'none',
      why: judged.length <= 3 ? sentence(judged) : `none of ${judged.length} grammars reads a record of the head`,
    }
  }
  let best = sorted[0]!
  // As many steps as there are candidates are enough, even where two say they are more general than each other.
  for (let i = 1; i < sorted.length; i++) {
    const needed = Math.min(enough, toldShare(best))
    best =
      sorted.find(
        (other) => share(other) >= enough && toldShare(other) >= needed && isMoreGeneral(best.grammar, other.grammar),
      ) ?? best
  }
  if (share(best) < enough) return { kind: 'close', close: sorted, why: sentence(sorted.slice(0, 3)) }
  const others = sorted.filter(
    (other) => other !== best && toldShare(other) === toldShare(best) && !isMoreGeneral(other.grammar, best.grammar),
  )
  const rivals = others.filter((other) => !areTwins(best.grammar, other.grammar))
  if (rivals.length > 0) return { kind: 'close', close: [best, ...rivals], why: sentence([best, ...rivals]) }
  const alike = [best, ...others]
  const told = alike.find(({ grammar }) => isNamedIn(path.toLowerCase(), grammar))
  const first = alike.find(({ grammar }) => !alike.some((other) => other.grammar.name === grammar.twinOf))
  const chosen = (others.length === 0 ? undefined : (told ?? first)) ?? best
  const twins = alike.filter((other) => other !== chosen).map(({ grammar }) => grammar.name)
  return {
    kind: 'one',
    grammar: chosen.grammar,
    why: twins.length === 0 ? chosen.why : `${chosen.why}, as its twin ${twins.join(', ')} does`,
  }
}
