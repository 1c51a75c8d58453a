import { markOf, type RedactionChoice, redactions, redactText, secretName } from './redact-text.ts'

interface Source {
  readonly source?: string
}
// Not yet in TypeScript's library: ECMAScript 2026, JSON.parse source text access.
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: Source) => unknown): unknown
  rawJSON(text: string): unknown
}

/** The mark for a member of this name, if the name alone makes its value a secret. */
export const markOfName = (name: string, choice: RedactionChoice): string | undefined => {
  const kind = secretName(name)
  return kind !== undefined && (choice[kind] ?? redactions[kind].on) ? markOf(kind) : undefined
}

/** A JSON value with what is secret in it replaced, still well-formed; numbers untouched keep their digits. */
export const redactJson = (name: string, text: string, choice: RedactionChoice): string => {
  const whole = markOfName(name, choice)
  if (whole !== undefined) return text === 'null' ? text : JSON.stringify(whole)
  let value: unknown
  let changed = false
  const show = (held: string): string => {
    const shown = redactText(held, choice)
    changed ||= shown !== held
    return shown
  }
  try {
    value = json.parse(text, (key, held, { source }) => {
      const mark = held === null ? undefined : markOfName(key, choice)
      if (mark !== undefined) {
        changed = true
        return mark
      }
      if (typeof held === 'string') return show(held)
      if (typeof held !== 'number' || source === undefined) return held
      const shown = show(source)
      return shown === source ? json.rawJSON(source) : shown
    })
  } catch {
    // A column's value is well-formed JSON by contract; text that is not is still redacted as text.
    return redactText(text, choice)
  }
  return changed ? JSON.stringify(value) : text
}
