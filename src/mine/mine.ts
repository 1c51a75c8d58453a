import { cover } from './cover.ts'
import { frontOf } from './front.ts'
import type { Group } from './group.ts'
import { type Lexeme, lexemes } from './lexeme.ts'
import { mergeGroups } from './merge.ts'
import { skeleton } from './skeleton.ts'

/** A message without its values, and without what stands before it. */
export interface Template extends Pick<Group, 'tokens'> {
  /** Indices of its lines, in order. */
  readonly lines: readonly number[]
}

export interface Mined {
  /** In the order of their first lines. */
  readonly templates: readonly Template[]
  /** Per line, the index of its template. */
  readonly of: Uint32Array
  /** Per line, where its message begins: behind the time and whatever else stands at the front of most lines. */
  readonly messageAt: Uint32Array
}

/** Groups lines by the message they are of, whatever stands before it. */
export const mine = (lines: readonly string[], cut: (line: string) => readonly Lexeme[] = lexemes): Mined => {
  const numbers = new Map<string, number>()
  const skeletons: { tokens: readonly string[]; lines: number[] }[] = []
  const front = frontOf(lines)
  const messageAt = new Uint32Array(lines.length)
  for (const [i, line] of lines.entries()) {
    messageAt[i] = front?.messageAt(line) ?? 0
    const tokens = skeleton(cut(line.slice(messageAt[i])))
    const key = tokens.join('\u0002')
    let number = numbers.get(key)
    if (number === undefined) {
      number = skeletons.length
      numbers.set(key, number)
      skeletons.push({ tokens, lines: [] })
    }
    skeletons[number]!.lines.push(i)
  }
  const groups = cover(
    mergeGroups(skeletons.map(({ tokens, lines: own }, number) => ({ tokens, members: [number], lines: own.length }))),
    ({ members: [member] }) => {
      const [first] = skeletons[member!]!.lines
      return lines[first!]!.slice(messageAt[first!])
    },
  )
  const templates = groups
    .map(({ tokens, members }) => ({
      tokens,
      lines: members.flatMap((member) => skeletons[member]!.lines).sort((a, b) => a - b),
    }))
    .sort((a, b) => a.lines[0]! - b.lines[0]!)
  const of = new Uint32Array(lines.length)
  for (const [id, template] of templates.entries()) for (const line of template.lines) of[line] = id
  return { templates, of, messageAt }
}
