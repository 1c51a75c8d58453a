import { GrokMistake } from './mistake.ts'

/** `%{NAME}`, `%{NAME:field}`, `%{NAME:field:int}`, and `%{NAME:field=expression}`, which says what NAME is. */
export interface Reference {
  readonly from: number
  readonly to: number
  readonly name: string
  readonly field: string | undefined
  readonly as: 'int' | 'float' | undefined
  readonly definition: string | undefined
}

// As jls-grok has it: what stands behind these up to the brace, as in `%{NAME - a remark}`, says nothing.
const head = /%\{([\w[\]\\^`]+)(?::([\w@[\].:-]+))?/y

/** Where the brace that closes an expression is; braces within it come in pairs, or behind a backslash. */
const closing = (text: string, from: number): number => {
  let depth = 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return i
  }
  return -1
}

const conversionOf = (text: string, conversion: string | undefined): 'int' | 'float' | undefined => {
  if (conversion === undefined || conversion === '' || conversion === 'string') return undefined
  if (conversion === 'int' || conversion === 'float') return conversion
  throw new GrokMistake(
    `${text} asks for '${conversion}', which is no conversion: write :int or :float, or leave it off`,
  )
}

/** The references of a text, from left to right. Throws `GrokMistake`. */
export const referencesOf = (text: string): readonly Reference[] => {
  const found: Reference[] = []
  for (let from = text.indexOf('%{'); from >= 0; from = text.indexOf('%{', from)) {
    head.lastIndex = from
    const match = head.exec(text)
    if (match === null) {
      from += 2
      continue
    }
    const defined = text[head.lastIndex] === '='
    const to = defined ? closing(text, head.lastIndex + 1) : text.indexOf('}', head.lastIndex)
    if (to < 0) throw new GrokMistake(`${text.slice(from, from + 40)} has no end: write } behind the name`)
    const [, name, subname] = match
    const [field, conversion] = subname?.split(':') ?? []
    const whole = text.slice(from, to + 1)
    found.push({
      from,
      to: to + 1,
      name: name!,
      field: field === '' ? undefined : field,
      as: conversionOf(whole, conversion),
      definition: defined ? text.slice(head.lastIndex + 1, to) : undefined,
    })
    from = to + 1
  }
  return found
}
