import type { Failure } from '../event/failure.ts'
import { shorten } from '../event/shorten.ts'

/**
 * Dissect, as Logstash's filter and Beats' processor read it: text between `%{…}` is a delimiter, each is looked for from
 * left to right, and what lies before it is the field's.
 *   %{name}     the text, verbatim        %{}  %{?name}  passed over (the second may be referred to)
 *   %{+name}    appended to `name`, behind the delimiter on its left (or `separator`); `/2` puts it second
 *   %{&name}    the text, under the text of `name` as its name; `%{*name}` gives the name and is no field itself
 *   %{name->}   the delimiter on its right may come several times
 *   %{name#4}   exactly four characters
 */
export interface DissectOptions {
  /** What stands between appended texts; default: the delimiter to the left of each. */
  readonly separator?: string
}

/** Names in the order given, with their texts, or why the text does not fit. */
export type Dissected =
  | {
      readonly fields: ReadonlyMap<string, string>
      /** Where the text of a key begins, by its name. */
      readonly startOf: (name: string) => number
    }
  | { readonly failure: Failure }

type Role = 'value' | 'skip' | 'name' | 'append' | 'indirect'
interface Key {
  readonly name: string
  readonly role: Role
  readonly order: number | undefined
  readonly length: number | undefined
  readonly padded: boolean
  /** Between the field before and this one. */
  readonly left: string
  /** Between this field and the next, or the end. */
  readonly right: string
}

const roles: Readonly<Record<string, Role>> = { '': 'value', '?': 'skip', '*': 'name', '+': 'append', '&': 'indirect' }
const keyPattern = /^([?*+&]?)([^/#>?*+&-](?:[^/#>?*+&-]|-(?!>$))*)?(?:\/(\d{1,3}))?(?:#(\d{1,6}))?(->)?$/

/** A pattern that cannot be used: the sentence says why and how to mend it. */
class DissectMistake extends Error {
  override readonly name = 'DissectMistake'
}

const keysOf = (pattern: string): { readonly front: string; readonly keys: readonly Key[] } => {
  const pieces = pattern.split(/%\{([^}]*)\}/)
  const front = pieces[0]!
  const keys: Key[] = []
  for (let i = 1; i < pieces.length; i += 2) {
    const text = pieces[i]!
    const match = keyPattern.exec(text)
    if (match === null)
      throw new DissectMistake(
        `%{${text}} is no field: write a name, with ? + & or * before it and /2, #4 or -> behind it`,
      )
    const [, sign = '', name = '', order, length, arrow] = match
    if (name === '' && sign !== '' && sign !== '?')
      throw new DissectMistake(`%{${text}} has no name: write one behind ${sign}`)
    if (order !== undefined && sign !== '+')
      throw new DissectMistake(`%{${text}} has an order but is not appended: write %{+${name}/${order}}`)
    keys.push({
      name,
      role: name === '' ? 'skip' : roles[sign]!,
      order: order === undefined ? undefined : Number(order),
      length: length === undefined ? undefined : Number(length),
      padded: arrow !== undefined,
      left: i === 1 ? '' : pieces[i - 1]!,
      right: pieces[i + 1]!,
    })
  }
  if (keys.length === 0) throw new DissectMistake('the pattern has no field: write %{name} where a value stands')
  const names = new Set(keys.map(({ name }) => name))
  for (const [i, { role, name, right, length }] of keys.entries()) {
    if (role === 'name' && !keys.some((key) => key.role === 'indirect' && key.name === name))
      throw new DissectMistake(`%{*${name}} names no value: write %{&${name}} where the value stands`)
    if (role === 'indirect' && (!names.has(name) || !keys.some((key) => key.role !== 'indirect' && key.name === name)))
      throw new DissectMistake(`%{&${name}} has no name: write %{?${name}} or %{*${name}} where the name stands`)
    if (right === '' && length === undefined && i < keys.length - 1)
      throw new DissectMistake(`nothing tells where %{${name}} ends: write a delimiter behind it, or its length as #4`)
  }
  return { front, keys }
}

const at = (text: string, index: number, expected: string): Dissected => ({
  failure: {
    stage: 'parse',
    code: index >= text.length ? 'unexpected_end' : 'expected_literal',
    at: Buffer.byteLength(text.slice(0, index)),
    expected,
    found: shorten(text.slice(index), 64),
  },
})

const shown = (delimiter: string): string => JSON.stringify(delimiter)

/** As `fieldsOf`, where nothing is appended and no name is read. */
const plainFields = (keys: readonly Key[], values: readonly string[]): Map<string, string> => {
  const fields = new Map<string, string>()
  for (let i = 0; i < keys.length; i++) if (keys[i]!.role === 'value') fields.set(keys[i]!.name, values[i]!)
  return fields
}

/** What the keys captured, as fields. */
const fieldsOf = (
  keys: readonly Key[],
  values: readonly string[],
  separator: string | undefined,
): Map<string, string> => {
  const fields = new Map<string, string>()
  const names = new Map<string, string>()
  for (const [i, { name, role }] of keys.entries()) {
    if (role === 'value' || role === 'skip' || role === 'name') names.set(name, values[i]!)
    if (role === 'value') fields.set(name, values[i]!)
  }
  const appended = keys
    .map((key, i) => ({ key, value: values[i]! }))
    .filter(({ key }) => key.role === 'append')
    .sort((a, b) => (a.key.order ?? 0) - (b.key.order ?? 0))
  for (const { key, value } of appended) {
    const before = fields.get(key.name)
    // Where nothing stands to the left, Logstash and Beats join by a blank.
    const joint = separator ?? (key.left === '' ? ' ' : key.left)
    fields.set(key.name, before === undefined ? value : before + joint + value)
    names.set(key.name, fields.get(key.name)!)
  }
  for (const [i, { name, role }] of keys.entries()) {
    const found = names.get(name)
    if (role === 'indirect' && found !== undefined && found !== '') fields.set(found, values[i]!)
  }
  return fields
}

/** The names that get values, from left to right; `''` for one that the text gives. Throws `DissectMistake`. */
export const dissectNames = (pattern: string): readonly string[] =>
  keysOf(pattern).keys.flatMap(({ name, role }) =>
    role === 'value' || role === 'append' ? [name] : role === 'indirect' ? [''] : [],
  )

/** Compiles the pattern; throws `DissectMistake`. What it returns takes time linear in the text. */
export const dissect = (pattern: string, { separator }: DissectOptions = {}): ((text: string) => Dissected) => {
  const { front, keys } = keysOf(pattern)
  const plain = keys.every(({ role }) => role === 'value' || role === 'skip')
  return (text) => {
    if (!text.startsWith(front)) return at(text, 0, shown(front))
    let from = front.length
    const values: string[] = []
    const starts: number[] = []
    for (const [i, { right, length, padded }] of keys.entries()) {
      const last = i === keys.length - 1
      let to: number
      if (length !== undefined) {
        to = from + length
        if (to > text.length) return at(text, text.length, `${length} characters`)
        if (!text.startsWith(right, to)) return at(text, to, shown(right))
        if (last && right === '' && to < text.length) return at(text, to, 'the end')
      } else if (right === '') to = text.length
      else {
        to = text.indexOf(right, from)
        if (to < 0) return at(text, text.length, shown(right))
      }
      values.push(text.slice(from, to))
      starts.push(from)
      from = to + right.length
      // Padding behind a field of fixed length may be told by the delimiter of the next.
      if (padded && right !== '') while (text.startsWith(right, from)) from += right.length
    }
    return {
      fields: plain ? plainFields(keys, values) : fieldsOf(keys, values, separator),
      startOf: (name) => starts[keys.findIndex((key) => key.name === name)] ?? 0,
    }
  }
}
