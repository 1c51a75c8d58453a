import { withLoops } from './loops.ts'
import { GrokMistake } from './mistake.ts'
import { neededTail } from './needed-tail.ts'
import { isAscii, translate } from './translate.ts'

/** An expression ready to run, and what of a match is whose value. */
interface Program {
  readonly expression: RegExp
  /** Number of each wanted group, -1 where it is not in this one. */
  readonly numbers: Int32Array
  readonly loops: readonly { readonly number: number; readonly once: Program }[]
}

/** The texts of the wanted groups, in their order. */
export type Captured = (string | undefined)[]

const build = (source: string, wanted: readonly string[], ascii: boolean, sticky: boolean): Program => {
  const { source: wrapped, loops } = withLoops(source)
  const { source: written, flags, groups } = translate(wrapped, ascii)
  try {
    return {
      expression: new RegExp(written, `${flags}${sticky ? 'y' : ''}${loops.length > 0 ? 'd' : ''}`),
      numbers: Int32Array.from(wanted, (group) => groups.get(group) ?? -1),
      loops: loops.flatMap(({ group, body }) => {
        const number = groups.get(group)
        const once = number === undefined ? undefined : alone(body, wanted, ascii, true)
        return once === undefined ? [] : [{ number: number!, once }]
      }),
    }
  } catch (error) {
    if (error instanceof GrokMistake) throw error
    throw new GrokMistake(`the expression cannot be read: ${(error as Error).message}. Mend it`, { cause: error })
  }
}

/** A part by itself; undefined where it refers to what stands outside. */
const alone = (part: string, wanted: readonly string[], ascii: boolean, sticky: boolean): Program | undefined => {
  try {
    return build(part, wanted, ascii, sticky)
  } catch (error) {
    if (error instanceof GrokMistake) return undefined
    throw error
  }
}

const fill = (program: Program, match: RegExpExecArray, text: string, into: Captured): void => {
  const { numbers, loops } = program
  for (const { number, once } of loops) {
    const span = match.indices![number]
    if (span === undefined || span[0] === span[1]) continue
    const [from, to] = span
    const seen = [...into]
    const part = text.slice(0, to)
    const { expression } = once
    let at = from
    while (at < to) {
      expression.lastIndex = at
      const again = expression.exec(part)
      if (again === null || again[0] === '') break
      fill(once, again, part, seen)
      at += again[0].length
    }
    // Else what fits by itself is not what fitted within the whole.
    if (at === to) for (let i = 0; i < seen.length; i++) into[i] = seen[i]
  }
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!
    if (number >= 0 && match[number] !== undefined) into[i] = match[number]
  }
}

/** Of a text most often the beginning fits, or nothing does: both are found out before every place is tried. */
const searchOf = (
  source: string,
  { expression }: Program,
  ascii: boolean,
): ((text: string) => RegExpExecArray | null) => {
  const tail = neededTail(source)
  const needed = tail === undefined ? undefined : alone(tail, [], ascii, false)?.expression
  if (needed === undefined) return (text) => expression.exec(text)
  const atStart = new RegExp(expression.source, `${expression.flags}y`)
  return (text) => {
    atStart.lastIndex = 0
    return atStart.exec(text) ?? (needed.test(text) ? expression.exec(text) : null)
  }
}

interface Search {
  readonly program: Program
  exec(text: string): RegExpExecArray | null
}

export interface Finder {
  find(text: string): Captured | undefined
  /** Where the text of the group begins, by its index, in a text that fits; 0 where that cannot be told. */
  startOf(text: string, group: number): number
}

/** What finds an expression (of Oniguruma's language) and the texts of `wanted` groups. Throws `GrokMistake`. */
export const finder = (source: string, wanted: readonly string[]): Finder => {
  const searchIn = (isAscii: boolean): Search => {
    const program = build(source, wanted, isAscii, false)
    return { program, exec: searchOf(source, program, isAscii) }
  }
  // Of a text that is ASCII the same can be asked in a way that costs less.
  const ascii = searchIn(true)
  let any: Search | undefined
  const beyond = (): Search => {
    any ??= searchIn(false)
    return any
  }
  const searchFor = (text: string): Search => (isAscii(text) ? ascii : beyond())
  return {
    find: (text) => {
      const { program, exec } = searchFor(text)
      const match = exec(text)
      if (match === null) return undefined
      const captured: Captured = new Array(wanted.length).fill(undefined)
      fill(program, match, text, captured)
      return captured
    },
    startOf: (text, group) => {
      const { expression, numbers } = searchFor(text).program
      const flags = expression.flags.includes('d') ? expression.flags : `${expression.flags}d`
      return new RegExp(expression.source, flags).exec(text)?.indices?.[numbers[group]!]?.[0] ?? 0
    },
  }
}
