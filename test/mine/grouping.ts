import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { mine } from '../../src/mine/mine.ts'
import { createTemplateBook } from '../../src/mine/template-book.ts'
import { digest } from '../../src/transform/fingerprint.ts'

/** Lines of which is known which message each is of. */
export interface LabelledLines {
  readonly lines: readonly string[]
  /** Per line. */
  readonly labels: readonly (number | string)[]
}

/** Lines that were taken for one message and are not, or not all of it. */
export interface Wrong {
  readonly lines: readonly number[]
  /** Lines of each message among them, all lines of that message, and the first among them. */
  readonly holds: ReadonlyMap<number | string, { readonly here: number; readonly all: number; readonly first: number }>
}

export interface Grouping {
  /** Share of lines whose group has all lines of their message and no other: as Zhu et al. define it (ICSE-SEIP 2019). */
  readonly accuracy: number
  readonly wrong: readonly Wrong[]
}

/** How well groups are the messages: per line what group it is of. */
const groupingOf = ({ labels, lines }: LabelledLines, groupOf: ArrayLike<number | string>): Grouping => {
  const sizes = new Map<number | string, number>()
  const groups = new Map<number | string, number[]>()
  for (const [i, label] of labels.entries()) {
    sizes.set(label, (sizes.get(label) ?? 0) + 1)
    const own = groups.get(groupOf[i]!)
    if (own === undefined) groups.set(groupOf[i]!, [i])
    else own.push(i)
  }
  const wrong: Wrong[] = []
  let right = 0
  for (const own of groups.values()) {
    const holds = new Map<number | string, { here: number; all: number; first: number }>()
    for (const i of own) {
      const held = holds.get(labels[i]!)
      if (held === undefined) holds.set(labels[i]!, { here: 1, all: sizes.get(labels[i]!)!, first: i })
      else held.here++
    }
    const [one] = holds.values()
    if (holds.size === 1 && one!.here === one!.all) right += own.length
    else wrong.push({ lines: own, holds })
  }
  return { accuracy: right / lines.length, wrong }
}

/** As `infer` finds templates, all lines at once. */
export const mined = (set: LabelledLines): Grouping => groupingOf(set, mine(set.lines).of)

/** As `templates()` learns them, line by line; what it says of each line in the end. */
export const learned = (set: LabelledLines): Grouping => {
  const book = createTemplateBook('app', { idOf: digest, learned: () => {} })
  const known = set.lines.map((line, i) => book.of(line, { key: 'k', offset: i, now: i }))
  return groupingOf(
    set,
    known.map((one, i) => (one === undefined ? `none ${i}` : (book.now(one)?.record.id ?? `gone ${i}`))),
  )
}

/** A set of them: per line the number of its message, what stands before the message, and the message, with tabs between. */
export const labelledFile = (file: string): { readonly whole: LabelledLines; readonly messages: LabelledLines } => {
  const bytes = readFileSync(file)
  const rows = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString()
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split('\t') as [string, string, string])
  const labels = rows.map(([label]) => label)
  return {
    whole: { lines: rows.map(([, front, message]) => front + message), labels },
    messages: { lines: rows.map(([, , message]) => message), labels },
  }
}
