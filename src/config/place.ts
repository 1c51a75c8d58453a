/** Where a setting stands in the text of a configuration, from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

interface Cursor {
  readonly text: string
  at: number
}

/** Passes white space and comments. */
const skipSpace = (cursor: Cursor): void => {
  for (;;) {
    const rest = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(cursor.text.slice(cursor.at, cursor.at + 10_000))
    if (rest === null) return
    cursor.at += rest[0].length
  }
}

const openers = '([{'
const closers = ')]}'

/** Passes a string or template; its end is the quote no backslash stands before. */
const skipQuoted = (cursor: Cursor): void => {
  const quote = cursor.text[cursor.at]!
  cursor.at++
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== quote)
    cursor.at += cursor.text[cursor.at] === '\\' ? 2 : 1
  cursor.at++
}

/** Passes a value: up to the comma or bracket that ends it. */
const skipValue = (cursor: Cursor): void => {
  for (let depth = 0; cursor.at < cursor.text.length; ) {
    skipSpace(cursor)
    const character = cursor.text[cursor.at]!
    if (character === undefined) return
    if ('\'"`'.includes(character)) skipQuoted(cursor)
    else if (openers.includes(character)) {
      depth++
      cursor.at++
    } else if (closers.includes(character)) {
      if (depth === 0) return
      depth--
      cursor.at++
    } else if (character === ',' && depth === 0) return
    else cursor.at++
  }
}

/** Goes behind the bracket that opens the value, also where a function makes it: `elasticsearch({`. */
const enter = (cursor: Cursor, bracket: '{' | '['): boolean => {
  skipSpace(cursor)
  const call = /^(?:new\s+)?[\w$.]+\s*\(/.exec(cursor.text.slice(cursor.at, cursor.at + 200))
  if (call !== null) {
    cursor.at += call[0].length
    skipSpace(cursor)
  }
  if (cursor.text[cursor.at] !== bracket) return false
  cursor.at++
  return true
}

/** Goes to the value of the member `name`, or of the element of that number; gives where its name begins. */
const find = (cursor: Cursor, name: string | number): number | undefined => {
  for (let number = 0; cursor.at < cursor.text.length; number++) {
    skipSpace(cursor)
    const start = cursor.at
    if (closers.includes(cursor.text[start] ?? '}')) return undefined
    if (typeof name === 'number') {
      if (number === name) return start
    } else {
      const key = /^(?:([\w$]+)|'([^'\n]*)'|"([^"\n]*)")\s*(:|(?=[,}\s]))/.exec(cursor.text.slice(start, start + 500))
      if ((key?.[1] ?? key?.[2] ?? key?.[3]) === name) {
        cursor.at += key![0].length
        return start
      }
    }
    skipValue(cursor)
    if (cursor.text[cursor.at] === ',') cursor.at++
  }
  return undefined
}

/**
 * The place of a setting by its path (`['web', 'port']`) in the call that begins at `from`; undefined where the
 * text does not show it, since it may be put together anywhere.
 */
export const placeOf = (text: string, from: number, path: readonly (string | number)[]): Place | undefined => {
  const cursor: Cursor = { text, at: from }
  let found: number | undefined
  for (const name of path) {
    if (!enter(cursor, typeof name === 'number' ? '[' : '{')) return undefined
    found = find(cursor, name)
    if (found === undefined) return undefined
  }
  if (found === undefined) return undefined
  const before = text.slice(0, found).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
