import { type Lexeme, lexemes } from './lexeme.ts'
import { type Group, mergeGroups } from './merge.ts'
import { skeleton } from './skeleton.ts'

/** A message without its values. */
export interface Template extends Pick<Group, 'tokens'> {
  /** Indices of its lines, in order. */
  readonly lines: readonly number[]
}

export interface Mined {
  /** In the order of their first lines. */
  readonly templates: readonly Template[]
  /** Per line, the index of its template. */
  readonly of: Uint32Array
}

/** Groups lines by the message they are of. */
export const mine = (lines: readonly string[], cut: (line: string) => readonly Lexeme[] = lexemes): Mined => {
  const numbers = new Map<string, number>()
  const skeletons: { tokens: readonly string[]; lines: number[] }[] = []
  for (const [i, line] of lines.entries()) {
    const tokens = skeleton(cut(line))
    const key = tokens.join('\u0002')
    let number = numbers.get(key)
    if (number === undefined) {
      number = skeletons.length
      numbers.set(key, number)
      skeletons.push({ tokens, lines: [] })
    }
    skeletons[number]!.lines.push(i)
  }
  const groups = mergeGroups(
    skeletons.map(({ tokens, lines: own }, number) => ({ tokens, members: [number], lines: own.length })),
  )
  const templates = groups
    .map(({ tokens, members }) => ({
      tokens,
      lines: members.flatMap((member) => skeletons[member]!.lines).sort((a, b) => a - b),
    }))
    .sort((a, b) => a.lines[0]! - b.lines[0]!)
  const of = new Uint32Array(lines.length)
  for (const [id, template] of templates.entries()) for (const line of template.lines) of[line] = id
  return { templates, of }
}
