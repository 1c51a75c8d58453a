import type { Column, ConstantColumn } from './column.ts'

/** Where columns stand in the nested document: the one place where dotted names become nested objects. */
export interface DocumentPlan {
  /** Those with a value of each row's own, in the order in which they are written. */
  readonly columns: readonly Column[]
  /**
   * The JSON text from behind the value of column `previous` (-1: from the beginning) to before that of `next`
   * (the number of columns: to the end), where no column between them has a value. Constants, quotes
   * and the brackets of lists of texts are part of it.
   */
  between(previous: number, next: number): string
  /** UTF-16 units that all such texts of one document take at the most. */
  readonly most: number
}

interface Member {
  readonly path: readonly string[]
  readonly name: string
  readonly column: Column
}

interface ObjectNode {
  readonly objects: Map<string, ObjectNode>
  readonly leaves: { readonly name: string; readonly column: Column }[]
}

const treeOf = (columns: ReadonlyMap<string, Column>): ObjectNode => {
  const root: ObjectNode = { objects: new Map(), leaves: [] }
  for (const [name, column] of columns) {
    const path = name.split('.')
    let node = root
    for (const part of path.slice(0, -1)) {
      let next = node.objects.get(part)
      if (next === undefined) {
        next = { objects: new Map(), leaves: [] }
        node.objects.set(part, next)
      }
      node = next
    }
    node.leaves.push({ name: path.at(-1)!, column })
  }
  return root
}

/** An object's own values before the objects in it, those that every row has first. */
const membersOf = ({ leaves, objects }: ObjectNode, path: readonly string[] = []): readonly Member[] => [
  ...leaves
    .map((leaf) => ({ ...leaf, path }))
    .sort((a, b) => Number(b.column.kind === 'constant') - Number(a.column.kind === 'constant')),
  ...[...objects].flatMap(([name, inner]) => membersOf(inner, [...path, name])),
]

/** What stands around a value and is the same for all: the texts between values hold it. */
const framesOf = (column: Column): readonly [string, string] => {
  const held = column.kind === 'dictionary' ? column.values : column
  if (held.kind === 'list' && held.values.kind === 'text') return ['["', '"]']
  return ['text', 'time', 'ip'].includes(held.kind) ? ['"', '"'] : ['', '']
}

const shared = (a: readonly string[], b: readonly string[]): number => {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

export const planOf = (columns: ReadonlyMap<string, Column>): DocumentPlan => {
  const members = membersOf(treeOf(columns))
  const places = members.flatMap(({ column }, i) => (column.kind === 'constant' ? [] : [i]))
  const textOf = ({ path, name, column }: Member, from: readonly string[], first: boolean): string => {
    const common = shared(from, path)
    const opened = path.slice(common).map((part) => `${JSON.stringify(part)}:{`)
    const value = column.kind === 'constant' ? JSON.stringify((column as ConstantColumn).value) : framesOf(column)[0]
    return `${'}'.repeat(from.length - common)}${first ? '' : ','}${opened.join('')}${JSON.stringify(name)}:${value}`
  }
  return {
    columns: places.map((place) => members[place]!.column),
    between(previous, next) {
      const before = previous < 0 ? undefined : members[places[previous]!]!
      const last = places[next] ?? members.length
      let text = before === undefined ? '{' : framesOf(before.column)[1]
      let path = before?.path ?? []
      let first = before === undefined
      for (let i = before === undefined ? 0 : places[previous]! + 1; i <= last && i < members.length; i++) {
        const member = members[i]!
        if (member.column.kind !== 'constant' && i !== last) continue
        text += textOf(member, path, first)
        path = member.path
        first = false
      }
      return next < places.length ? text : `${text}${'}'.repeat(path.length + 1)}`
    },
    // As if each member opened all objects it lies in, and closed them again.
    most: members.reduce((sum, member) => sum + textOf(member, [], false).length + member.path.length + 1, 2),
  }
}
