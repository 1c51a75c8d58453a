import { readFileSync } from 'node:fs'
import { type Mined, mine } from '../../src/mine/mine.ts'

/** Lines of which is known which message each is of. */
export interface LabelledLines {
  readonly lines: readonly string[]
  /** Per line. */
  readonly labels: readonly (number | string)[]
}

/** A template whose lines are not all lines of one message. */
export interface Wrong {
  /** Index of the template. */
  readonly template: number
  /** Lines of each message in it, and all lines of that message. */
  readonly holds: ReadonlyMap<number | string, { readonly here: number; readonly all: number; readonly first: number }>
}

export interface Grouping extends Mined {
  /** Share of lines whose template has all lines of their message and no other: as Zhu et al. define it (ICSE-SEIP 2019). */
  readonly accuracy: number
  readonly wrong: readonly Wrong[]
}

/** How well templates of the lines are the messages they are of. */
export const grouping = ({ lines, labels }: LabelledLines): Grouping => {
  const sizes = new Map<number | string, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  const mined = mine(lines)
  const { templates } = mined
  const wrong: Wrong[] = []
  let right = 0
  for (const [template, { lines: own }] of templates.entries()) {
    const holds = new Map<number | string, { here: number; all: number; first: number }>()
    for (const i of own) {
      const held = holds.get(labels[i]!)
      if (held === undefined) holds.set(labels[i]!, { here: 1, all: sizes.get(labels[i]!)!, first: i })
      else held.here++
    }
    const [one] = holds.values()
    if (holds.size === 1 && one!.here === one!.all) right += own.length
    else wrong.push({ template, holds })
  }
  return { ...mined, accuracy: right / lines.length, wrong }
}

/** A set of them: per line the number of its message, what stands before the message, and the message, with tabs between. */
export const labelledFile = (file: string): { readonly whole: LabelledLines; readonly messages: LabelledLines } => {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split('\t') as [string, string, string])
  const labels = rows.map(([label]) => label)
  return {
    whole: { lines: rows.map(([, header, message]) => header + message), labels },
    messages: { lines: rows.map(([, , message]) => message), labels },
  }
}
