import { fail, flagInvalid, type Machine } from './machine.ts'
import { opened } from './slot.ts'
import type { Step } from './step.ts'

/** Where reading stands in the text of one record. */
interface Cursor {
  readonly text: string
  at: number
}

/** A name of RFC 5424: printable ASCII but for `=`, `]` and quotes. Empty where none stands there. */
const nameAt = (c: Cursor): string => {
  const from = c.at
  for (; c.at < c.text.length; c.at++) {
    const code = c.text.charCodeAt(c.at)
    if (code <= 32 || code >= 127 || code === 34 || code === 61 || code === 93) break
  }
  return c.text.slice(from, c.at)
}

/** A quoted value behind `=`; undefined where there is none, or where it would print otherwise. */
const valueAt = (c: Cursor): string | undefined => {
  const { text } = c
  if (text[c.at] !== '=' || text[c.at + 1] !== '"') return undefined
  let value = ''
  let from = c.at + 2
  for (c.at = from; c.at < text.length; c.at++) {
    const one = text[c.at]
    if (one === '"') {
      value += text.slice(from, c.at++)
      return value
    }
    if (one === ']') return undefined
    if (one !== '\\') continue
    if (!'"\\]'.includes(text[c.at + 1] ?? 'x')) return undefined
    value += text.slice(from, c.at)
    from = ++c.at
  }
  return undefined
}

/** An element behind its opening bracket: its id and parameters. */
const elementAt = (c: Cursor): { readonly id: string; readonly params: string } | undefined => {
  const id = nameAt(c)
  if (id === '') return undefined
  const params = new Map<string, string | string[]>()
  let before = ''
  while (c.text[c.at] === ' ') {
    c.at++
    const name = nameAt(c)
    const value = name === '' ? undefined : valueAt(c)
    const known = params.get(name)
    // Numbers would be put first by an object, and what comes again later would be put together.
    if (value === undefined || (known !== undefined && name !== before) || /^\d+$|^__proto__$/.test(name))
      return undefined
    params.set(name, known === undefined ? value : [known, value].flat())
    before = name
  }
  return c.text[c.at++] === ']' ? { id, params: JSON.stringify(Object.fromEntries(params)) } : undefined
}

/** See `structured_data` in form.ts; https://www.rfc-editor.org/rfc/rfc5424#section-6.3. */
export const readStructuredData = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  // A character a byte: the place in the text is the place in the record.
  const c: Cursor = { text: bytes[from] === 91 ? m.node.toString('latin1', from, limit) : '', at: 0 }
  const elements = new Map<string, string>()
  while (c.text[c.at] === '[') {
    c.at++
    const element = elementAt(c)
    if (element === undefined || elements.has(element.id))
      return fail(m, 'bad_value', Math.min(from + c.at, limit), s.expected, s.field)
    elements.set(element.id, element.params)
  }
  if (elements.size === 0) return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', from, s.expected, s.field)
  m.at = from + c.at
  if (s.slot < 0) return true
  for (const [id, params] of elements) {
    const slot = opened(m, s.slot)
    const cell = slot.cursor++
    const key = m.scratch.write(id)
    const text = Buffer.from(params, 'latin1').toString('utf8')
    if (text.includes('\ufffd')) flagInvalid(m)
    const value = m.scratch.write(text)
    slot.start[cell] = key.start
    slot.end[cell] = key.end
    slot.start2[cell] = value.start
    slot.end2[cell] = value.end
  }
  return true
}
